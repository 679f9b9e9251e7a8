"""Waits until containers are healthy; says which is not, why, and what to do next.

Reads `{"timeout": seconds, "containers": [{"name", "part", "pids"}, …]}` on stdin and sets each
container's limit of processes, for which the Docker provider has no field. Exit status 1 and a
report on stderr where one does not come up.
"""

import json
import subprocess
import sys
import time
from typing import Any

LOG_LINES = "20"
FAILED = ("absent", "dead", "exited", "unhealthy")
STATE = "{{.Name}} {{if .State.Running}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}"


def main() -> int:
    document = json.load(sys.stdin)
    parts = {container["name"]: container["part"] for container in document["containers"]}
    limit_processes(document["containers"])
    deadline = time.monotonic() + document["timeout"]
    waiting = states(list(parts))
    while waiting and not failed(waiting) and time.monotonic() < deadline:
        time.sleep(0.25)
        waiting = states(list(waiting))
    # Where some have failed, the others have only not had their time yet.
    for name in failed(waiting) or waiting:
        report(name, parts[name], waiting[name])
    return 1 if waiting else 0


def failed(waiting: dict[str, str]) -> list[str]:
    return [name for name, state in waiting.items() if state in FAILED]


def limit_processes(containers: list[dict[str, Any]]) -> None:
    """One call for each limit: a call takes as long as a container's share of many."""
    by_limit: dict[str, list[str]] = {}
    for container in containers:
        by_limit.setdefault(str(container["pids"]), []).append(container["name"])
    for limit, names in by_limit.items():
        answer = docker("update", "--pids-limit", limit, *names)
        # One that is not there is reported with the others.
        if answer.returncode != 0 and "absent" not in states(names).values():
            sys.exit(
                f"containers could not be limited to {limit} processes: "
                f"{answer.stderr.strip()}\n  → mend what it names and run the update again"
            )


def states(names: list[str]) -> dict[str, str]:
    """The state of each container that is not healthy."""
    answer = docker("inspect", "--type", "container", "--format", STATE, *names)
    told = dict(line.removeprefix("/").split() for line in answer.stdout.splitlines())
    found = {name: told.get(name, "absent") for name in names}
    return {name: state for name, state in found.items() if state != "healthy"}


def report(name: str, part: str, phase: str) -> None:
    answer = docker("logs", "--tail", LOG_LINES, name)
    lines = (answer.stdout + answer.stderr).rstrip() or "(it logged nothing)"
    indented = "\n".join(f"    {line}" for line in lines.splitlines())
    print(
        f"{part} did not become healthy: it is {phase}. Its last {LOG_LINES} log lines:\n"
        f"{indented}\n"
        f"  → look further with: docker logs {name}; then mend the config and run the update again",
        file=sys.stderr,
    )


def docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)


sys.exit(main())
