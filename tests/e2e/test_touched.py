"""A change of one instance is one instance's: nothing of another is touched, or planned to be."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.e2e.deployment import docker, taken_away
from tests.e2e.light_stack import STACK, LightStack, container, container_id

ECHO = {"type": "echo", "tokens": ["alice"]}
# What an instance has on the host; all else that a change touches are files, records and checks.
KINDS = ("container:Container", "volume:Volume", "network:Network")
UNTOUCHED = {"same", "read"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LightStack]:
    """A stack that is up with three instances; it must leave nothing."""
    made = LightStack.make(tmp_path_factory.mktemp("touched"))
    with taken_away(made.deployment, "mcpier/echo"):
        made.write({"one": ECHO, "two": ECHO})
        made.up()
        yield made


def planned(stack: LightStack) -> set[str]:
    """The names of the containers, volumes and networks that a preview would not leave alone."""
    done = subprocess.run(
        [".venv/bin/mcpier", "preview", "--json", "--stack", STACK],
        cwd=stack.deployment.directory,
        env=dict(stack.deployment.environ),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    steps: list[dict[str, Any]] = json.loads(done.stdout)["steps"]
    return {
        step["urn"].rpartition("::")[2]
        for step in steps
        if step["op"] not in UNTOUCHED and any(kind in step["urn"] for kind in KINDS)
    }


def containers() -> dict[str, str]:
    """The ids of the stack's containers, by name."""
    ours = ("--filter", f"label=mcpier.stack={STACK}")
    listed = docker("ps", "--all", *ours, "--format", "{{.Names}}")
    return {name: container_id(name) for name in listed.split()}


def touched(stack: LightStack, instances: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """What a deploy of these instances was planned to touch, and the containers that it did."""
    stack.write(instances)
    plan, before = planned(stack), containers()
    with stack.steady():
        stack.up()
    after = containers()
    return plan, {name for name in before | after if before.get(name) != after.get(name)}


def test_an_instance_is_added_stopped_and_removed_by_itself(stack: LightStack) -> None:
    three = {"one": ECHO, "two": ECHO, "three": ECHO}
    assert touched(stack, three) == ({"mcp-three-container"}, {container("three")})
    stopped = {**three, "two": {**ECHO, "state": "stopped"}}
    assert touched(stack, stopped) == ({"mcp-two-container"}, {container("two")})
    del stopped["three"]
    assert touched(stack, stopped) == ({"mcp-three-container"}, {container("three")})


def test_other_tokens_and_origins_touch_no_container(stack: LightStack) -> None:
    stack.write({"one": ECHO})
    stack.up()
    rotated = {"name": "alice", "generation": 2}
    changed = {**ECHO, "tokens": [rotated, "bob"], "origins": ["https://page.example"]}
    assert touched(stack, {"one": changed}) == (set(), set())
    assert stack.answers("one", "bob") == 200
