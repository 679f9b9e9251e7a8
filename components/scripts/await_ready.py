"""Waits until containers are healthy; says which is not, why, and what to do next.

Reads `{"timeout": seconds, "patience": seconds, "containers": [{"name", "part", "pids"}, …]}` on
stdin and sets the limit of processes of each container that has another, for which the Docker
provider has no field.
Exit status 1 and a report on stderr where one does not come up: none has become healthy for
`timeout`. An unhealthy one has `patience` to recover: where many start at once, checks of the first
may be too late for a while.
"""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

LOG_LINES = "20"
FAILED = ("absent", "dead", "exited")
# The engine starts anew what ends, so that one which never lives is in no state of its own.
MOST_RESTARTS = 2
ATTEMPTS = 8
STATE = (
    "{{.Name}} {{if .State.Restarting}}restarting{{else if .State.Running}}{{.State.Health.Status}}"
    "{{else}}{{.State.Status}}{{end}} {{.RestartCount}} {{.State.ExitCode}}"
)
LIMIT = "{{.Name}} {{.HostConfig.PidsLimit}}"


@dataclass(frozen=True, kw_only=True)
class State:
    """What the engine tells of a container: `restarts` are all that it ever had."""

    phase: str
    restarts: int = 0
    exit_code: int = 0

    def __str__(self) -> str:
        ended = f", it ended with exit code {self.exit_code}" if self.exit_code else ""
        return f"{self.phase}{ended}"


def main() -> int:
    document = json.load(sys.stdin)
    parts = {container["name"]: container["part"] for container in document["containers"]}
    limit_processes(document["containers"])
    deadline = time.monotonic() + document["timeout"]
    waiting = first = states(list(parts))
    unhealthy = still_unhealthy(waiting, {})
    while not (lost := failed(waiting, first, unhealthy, document["patience"])):
        if not waiting or time.monotonic() > deadline:
            break
        time.sleep(0.25)
        before, waiting = waiting, states(list(waiting))
        if len(waiting) < len(before):
            deadline = time.monotonic() + document["timeout"]
        unhealthy = still_unhealthy(waiting, unhealthy)
    # Where some have failed, the others have only not had their time yet.
    for name in lost or waiting:
        report(name, parts[name], waiting[name])
    return 1 if waiting else 0


def still_unhealthy(waiting: dict[str, State], before: dict[str, float]) -> dict[str, float]:
    """Since when each of the unhealthy ones was seen so without a break."""
    now = time.monotonic()
    return {
        name: before.get(name, now) for name, state in waiting.items() if state.phase == "unhealthy"
    }


def failed(
    waiting: dict[str, State],
    first: dict[str, State],
    unhealthy: dict[str, float],
    patience: float,
) -> list[str]:
    """Those that will not become healthy, as things are; `first` is how they stood at first."""
    lost_patience = time.monotonic() - patience
    return [
        name
        for name, state in waiting.items()
        if state.phase in FAILED
        or ends_over_and_over(state, first[name])
        or unhealthy.get(name, lost_patience) < lost_patience
    ]


def ends_over_and_over(state: State, first: State) -> bool:
    """Told between two runs alone: while it runs, the engine has no exit code of the last."""
    return state.phase == "restarting" and state.restarts - first.restarts > MOST_RESTARTS


def limit_processes(containers: list[dict[str, Any]]) -> None:
    """One call for each limit: a call takes as long as a container's share of many.

    Who has theirs is left alone: to look takes 1 ms for each, and to set it 12.
    """
    names = [container["name"] for container in containers]
    present = {name: limit for name, limit in inspected(LIMIT, names)}
    by_limit: dict[str, list[str]] = {}
    for container in containers:
        name, limit = container["name"], str(container["pids"])
        if present.get(name) != limit:
            by_limit.setdefault(limit, []).append(name)
    for limit, names in by_limit.items():
        if refusal := refused(limit, names):
            sys.exit(
                f"containers could not be limited to {limit} processes: {refusal}\n"
                "  → mend what it names and run the update again"
            )


def refused(limit: str, names: list[str]) -> str:
    """Why a limit cannot be set, or nothing: a container that ends just then is tried again."""
    for _ in range(ATTEMPTS):
        answer = docker("update", "--pids-limit", limit, *names)
        # One that is not there is reported with the others.
        if answer.returncode == 0 or State(phase="absent") in states(names).values():
            return ""
        time.sleep(0.25)
    return answer.stderr.strip()


def states(names: list[str]) -> dict[str, State]:
    """The state of each container that is not healthy."""
    told = {
        name: State(phase=phase, restarts=int(restarts), exit_code=int(exit_code))
        for name, phase, restarts, exit_code in inspected(STATE, names)
    }
    found = {name: told.get(name, State(phase="absent")) for name in names}
    return {name: state for name, state in found.items() if state.phase != "healthy"}


def inspected(form: str, names: list[str]) -> list[list[str]]:
    """What the engine tells of each container that is there, its name first."""
    answer = docker("inspect", "--type", "container", "--format", form, *names)
    if answer.returncode != 0:
        demand_engine()
    return [line.removeprefix("/").split() for line in answer.stdout.splitlines()]


def demand_engine() -> None:
    """Ends with a message where no engine answers: then nothing is known of any container."""
    answer = docker("version", "--format", "{{.Server.Version}}")
    if answer.returncode != 0:
        sys.exit(
            "the Docker engine went away while containers were waited for: "
            f"{answer.stderr.strip()}\n"
            "  → see that it runs, then run the update again: it goes on where this one stopped"
        )


def report(name: str, part: str, state: State) -> None:
    answer = docker("logs", "--tail", LOG_LINES, name)
    lines = (answer.stdout + answer.stderr).rstrip() or "(it logged nothing)"
    indented = "\n".join(f"    {line}" for line in lines.splitlines())
    print(
        f"{part} did not become healthy: it is {state}. Its last {LOG_LINES} log lines:\n"
        f"{indented}\n"
        f"  → look further with: docker logs {name}; then mend the config and run the update again",
        file=sys.stderr,
    )


def docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)


sys.exit(main())
