"""Every container's limit of processes stands in what the readiness Command is told."""

import json
from typing import Any

import pytest

from policy.processes import unlimited

WAIT = "python3 components/scripts/await_ready.py"
TOLD = json.dumps({"containers": [{"name": "a", "part": "A", "pids": 64}], "timeout": 1})
OTHER = {"create": "true", "stdin": "no JSON"}


def found(names: list[str], *commands: dict[str, Any]) -> dict[str, str]:
    """What each container without a limit is told, by name."""
    containers = {f"urn of {name}": name for name in names}
    return {
        urn.removeprefix("urn of "): problem.found
        for urn, problem in unlimited(containers, commands)
    }


def test_a_container_that_gets_a_limit_passes() -> None:
    assert found(["a"], OTHER, {"create": WAIT, "stdin": TOLD}) == {}


def test_a_container_that_is_left_out_is_found() -> None:
    assert found(["a", "b"], {"create": WAIT, "stdin": TOLD}) == {"b": "nothing"}


@pytest.mark.parametrize("pids", [0, -1])
def test_a_limit_that_limits_nothing_is_found(pids: int) -> None:
    told = TOLD.replace("64", str(pids))
    assert found(["a"], {"create": WAIT, "stdin": told}) == {"a": str(pids)}


def test_without_that_command_every_container_is_found() -> None:
    assert found(["a", "b"], OTHER) == {"a": "nothing", "b": "nothing"}


def test_nothing_is_said_of_what_a_preview_does_not_know_yet() -> None:
    assert found(["a"], {"create": WAIT}) == {}
