"""What would remove a protected instance is refused by name, and nothing is touched."""

import subprocess
from typing import Any

import pytest

from console.protection import protected_ids
from tests.console.conftest import Programs
from tests.console.test_command_line import mcpier, steps

INSTANCE = "mcpier:index:McpInstance"
URN = f"urn:pulumi:dev::mcpier::mcpier:index:Platform${INSTANCE}::mcp-"


def instance(id_: str, *, protected: bool) -> dict[str, Any]:
    protection = {"protect": True} if protected else {}
    return {"urn": f"{URN}{id_}", "type": INSTANCE, **protection}


def holding(programs: Programs, *resources: dict[str, Any]) -> None:
    programs.answer("pulumi stack ls", [{"name": "organization/mcpier/dev"}])
    programs.answer("pulumi stack export", {"deployment": {"resources": resources}})


def refused(programs: Programs, *command: str) -> list[str]:
    """The lines of the error; nothing but questions have been asked."""
    done: subprocess.CompletedProcess[str] = mcpier(*command)
    assert done.returncode == 1
    assert steps(programs)[-1] == "stack export"
    assert programs.calls("docker") == []
    return done.stderr.splitlines()


def test_only_instances_that_are_protected_count() -> None:
    volume = {"urn": "urn::mcp-a-profile", "type": "docker:index/volume:Volume", "protect": True}
    resources = [instance("b", protected=True), instance("c", protected=False), volume]
    assert protected_ids([*resources, instance("a", protected=True)]) == ["a", "b"]


def test_a_destroy_names_what_is_protected_and_what_to_type(programs: Programs) -> None:
    holding(programs, instance("demo", protected=True), instance("docs", protected=True))
    assert refused(programs, "destroy") == [
        "error: stack dev has protected instances: demo, docs. Nothing was removed",
        "  → to remove all else and leave them serving, type: make destroy STACK=dev "
        "KEEP_PROTECTED=1",
        "  → to remove them too, write protect: false for each in stacks/Pulumi.dev.yaml, then "
        "type: make up STACK=dev && make destroy STACK=dev",
    ]


def test_on_request_the_rest_is_destroyed(programs: Programs) -> None:
    network = {"urn": "urn::network", "type": "docker:index/network:Network", "id": "abc"}
    holding(programs, instance("demo", protected=True), network)
    programs.answer("docker network ls", "abc\tmcpier-dev-control\nfed\tmcpier-dev-stray\n")
    done = mcpier("destroy", "--keep-protected")
    assert (done.returncode, done.stderr) == (0, "")
    (destroy,) = [call for call in programs.calls("pulumi") if " destroy " in call]
    assert "--exclude-protected" in destroy
    removed = [call for call in programs.calls("docker") if " rm " in call]
    assert removed == ["docker network rm fed"]


def test_without_protection_a_destroy_excludes_nothing(programs: Programs) -> None:
    holding(programs, instance("demo", protected=False))
    assert mcpier("destroy").returncode == 0
    (destroy,) = [call for call in programs.calls("pulumi") if " destroy " in call]
    assert "--exclude-protected" not in destroy


@pytest.mark.parametrize("command", ["up", "preview"])
def test_a_protected_instance_that_left_the_stack_file_is_named(
    programs: Programs, command: str
) -> None:
    holding(programs, instance("demo", protected=True), instance("gone", protected=True))
    assert refused(programs, command) == [
        "error: stacks/Pulumi.dev.yaml has no entry for protected instances: gone. Nothing was "
        "changed",
        "  → put the entry back; to let an instance go, deploy it with protect: false first",
    ]
