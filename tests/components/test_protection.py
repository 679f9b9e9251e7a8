"""What is protected, and by what its removal is refused."""

import copy
from typing import Any

from tests.components.recording import STACK, TYPES, Recording, declare

EDGE = ["authgate", "socket-proxy", "traefik"]


def protecting(*ids: str, **changes: Any) -> Recording:
    """The stack with these instances protected, the first of them changed besides."""
    config = copy.deepcopy(STACK)
    for id_ in ids:
        config["instances"][id_]["protect"] = True
    config["instances"][ids[0]] |= changes
    return declare(config)


def needed(recording: Recording) -> list[str]:
    return recording.of("protection")["protection"].depends_on


def test_without_protected_instances_nothing_is_protected(recording: Recording) -> None:
    assert [item.name for item in recording.resources if item.protected] == []
    assert needed(recording) == []


def test_a_protected_instance_its_volumes_and_what_it_needs_are_protected() -> None:
    found = protecting("demo", profile="persistent")
    assert sorted(item.name for item in found.resources if item.protected) == [
        "mcp-demo",
        "mcp-demo-profile",
        "protection",
    ]
    assert needed(found) == sorted([*EDGE, "mcp-demo-container"])


def test_a_protected_container_can_be_replaced() -> None:
    assert not protecting("demo").of("container")["mcp-demo-container"].protected


def test_a_stopped_instance_can_be_protected() -> None:
    found = protecting("resting", profile="persistent")
    assert sorted(item.name for item in found.resources if item.protected) == [
        "mcp-resting",
        "mcp-resting-profile",
        "protection",
    ]


def test_every_instance_is_a_component_so_that_its_protection_can_be_lifted(
    recording: Recording,
) -> None:
    assert sorted(recording.of("component")) == ["mcp-demo", "mcp-docs", "mcp-resting"]


def test_every_part_waits_for_those_that_it_rests_on(recording: Recording) -> None:
    waits = {item.name: item.depends_on for item in recording.resources if item.type in DECLARED}
    assert "socket-proxy" in waits["traefik"]
    assert "traefik-files" in waits["traefik"]
    assert "traefik" in waits["authgate"]
    assert "authgate-registry" in waits["authgate"]
    for instance in ("mcp-demo-container", "mcp-docs-container"):
        assert {"authgate", "instance-secrets-files", "isolation", "traefik"} <= set(
            waits[instance]
        )
        assert instance in waits["readiness"]


DECLARED = (TYPES["container"], TYPES["command"])
