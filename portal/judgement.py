"""What to make of what the Docker engine says of a container. Pure, for the command line too."""

import json
from collections.abc import Mapping
from typing import Any

ABSENT = "absent"
RUNNING = "running"
GOOD_HEALTH = (None, "healthy", "starting")
MOST_LETTERS = 100


def failing(health: Mapping[str, Any]) -> dict[str, str]:
    """The failing parts that the last check names; what it printed where it names none.

    `health` is the engine's `State.Health`.
    """
    if health.get("Status") == "healthy" or not health.get("Log"):
        return {}
    printed = str(health["Log"][-1]["Output"]).strip()
    try:
        named = json.loads(printed.partition("\n")[0])["failing"]
        return {str(part): str(reason)[:MOST_LETTERS] for part, reason in named.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        said = printed.rpartition("\n")[2][:MOST_LETTERS]
        return {"health check": said or "it says nothing"}


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
