"""The limit of processes, for which a container has no field (docs/decisions/0006)."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from components.core.errors import Problem

SCRIPT = "await_ready.py"


def unlimited(
    containers: Mapping[str, str], commands: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[str, Problem]]:
    """What is wrong, by URN: each container must get a limit from the readiness Command.

    `containers` has names by URN, `commands` the properties of the stack's Commands. Where what
    that Command is told is not known yet, nothing can be said.
    """
    told = [command for command in commands if SCRIPT in str(command.get("create"))]
    if any("stdin" not in command for command in told):
        return
    limits = dict(limit for command in told for limit in _limits(command["stdin"]))
    for urn, name in containers.items():
        if limits.get(name, 0) <= 0:
            yield (
                urn,
                Problem(
                    path="pids",
                    expected=f"a limit for {name} in what {SCRIPT} is told",
                    found=str(limits.get(name, "nothing")),
                    remedy="Give the container to await_ready as a Part, with its pids.",
                ),
            )


def _limits(document: str) -> Iterator[tuple[str, int]]:
    for container in json.loads(document)["containers"]:
        yield container["name"], container["pids"]
