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


def main() -> int:
    document = json.load(sys.stdin)
    waiting = {container["name"]: container for container in document["containers"]}
    for container in waiting.values():
        limit_processes(container)
    deadline = time.monotonic() + document["timeout"]
    phases = dict.fromkeys(waiting, "starting")
    while waiting and not failed(phases) and time.monotonic() < deadline:
        phases = {name: state(name) for name in waiting}
        waiting = {name: waiting[name] for name in waiting if phases[name] != "healthy"}
        if waiting and not failed(phases):
            time.sleep(0.25)
    # Where some have failed, the others have only not had their time yet.
    for name in failed(phases) or waiting:
        report(name, waiting[name]["part"], phases[name])
    return 1 if waiting else 0


def failed(phases: dict[str, str]) -> list[str]:
    return [name for name, phase in phases.items() if phase in FAILED]


def limit_processes(container: dict[str, Any]) -> None:
    name, limit = container["name"], str(container["pids"])
    answer = docker("update", "--pids-limit", limit, name)
    # One that is not there is reported with the others.
    if answer.returncode != 0 and state(name) != "absent":
        sys.exit(
            f"{container['part']} could not be limited to {limit} processes: "
            f"{answer.stderr.strip()}\n  → mend what it names and run the update again"
        )


def state(name: str) -> str:
    form = "{{if .State.Running}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}"
    answer = docker("inspect", "--format", form, name)
    return answer.stdout.strip() if answer.returncode == 0 else "absent"


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
