"""Waits until containers are healthy; says which is not, why, and what to do next.

Reads `{"timeout": seconds, "containers": [{"name", "part", "pids"}, …]}` on stdin and sets each
container's limit of processes, for which the Docker provider has no field. Exit status 1 and a
report on stderr where one does not come up.
"""

import json
import subprocess
import sys
import time

LOG_LINES = "20"


def main() -> int:
    document = json.load(sys.stdin)
    waiting = {container["name"]: container for container in document["containers"]}
    for container in waiting.values():
        docker("update", "--pids-limit", str(container["pids"]), container["name"])
    deadline = time.monotonic() + document["timeout"]
    last: dict[str, str] = {}
    while waiting and time.monotonic() < deadline:
        last = {name: state(name) for name in waiting}
        waiting = {name: waiting[name] for name in waiting if last[name] != "healthy"}
        if any(last[name] in ("exited", "dead", "absent", "unhealthy") for name in waiting):
            break
        if waiting:
            time.sleep(0.25)
    for name, container in waiting.items():
        report(name, container["part"], last[name])
    return 1 if waiting else 0


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
