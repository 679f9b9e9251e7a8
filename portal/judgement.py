"""What to make of what the Docker engine says of a container. Pure, for the command line too."""

import json
from collections.abc import Mapping
from itertools import islice
from typing import Any

ABSENT = "absent"
RUNNING = "running"
GOOD_HEALTH = (None, "healthy", "starting")
HEALTH_CHECK = "health check"
MOST_LETTERS, MOST_PARTS = 100, 10


def failing(health: Mapping[str, Any]) -> dict[str, str]:
    """The failing parts that the last check names; what it printed where it names none.

    `health` is the engine's `State.Health`. What a check prints is the container's invention.
    """
    if health.get("Status") == "healthy" or not health.get("Log"):
        return {}
    printed = str(health["Log"][-1]["Output"]).strip()
    try:
        named = json.loads(printed.partition("\n")[0])["failing"].items()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {HEALTH_CHECK: _plain(printed.rpartition("\n")[2]) or "it says nothing"}
    told = islice(named, MOST_PARTS)
    return {_plain(part) or HEALTH_CHECK: _plain(reason) for part, reason in told}


def _plain(said: object) -> str:
    """A few words in which a terminal finds no commands, and an encoder nothing to refuse."""
    letters = str(said)[:MOST_LETTERS]
    return "".join(letter if letter.isprintable() else " " for letter in letters).strip()


def drift(name: str, stack: str, *, wanted: str, state: str) -> str | None:
    """How a container is otherwise than its stack's file says, and what to do."""
    deploy = f"make up STACK={stack}"
    if wanted == ABSENT and state != ABSENT:
        return f"its container is not in the file; {deploy} removes it"
    if wanted == ABSENT or state == RUNNING:
        return None
    if state == ABSENT:
        return f"not deployed; {deploy} makes it"
    if state == "restarting":
        return f"it ends again and again; see: mcpier logs {name} --stack {stack}"
    return f"stands still; {deploy} starts it"
