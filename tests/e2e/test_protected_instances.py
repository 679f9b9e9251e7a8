"""A protected instance outlives a destroy and goes on serving; changes of it are deployed."""

from collections.abc import Iterator

import pytest

from tests.e2e.deployment import left_on_host, remove_images, sweep
from tests.e2e.light_stack import STACK, LightStack, config, container, container_id

pytestmark = pytest.mark.soak
PROTECTED = {"type": "echo", "tokens": ["alice"], "protect": True}
OTHER = {"other": {"type": "echo", "tokens": ["bob"]}}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LightStack]:
    """A stack that is up, with a protected instance and another one."""
    sweep(STACK)
    made = LightStack.make(tmp_path_factory.mktemp("light"))
    try:
        made.write({**OTHER, "steady": PROTECTED})
        made.up()
        yield made
    finally:
        sweep(STACK)
        remove_images("mcpier/echo")


def test_a_destroy_is_refused_with_the_instances_name_and_removes_nothing(
    stack: LightStack,
) -> None:
    before = left_on_host(STACK)
    said = stack.refused("destroy")
    assert f"stack {STACK} has protected instances: steady. Nothing was removed" in said
    assert f"make destroy STACK={STACK} KEEP_PROTECTED=1" in said
    assert left_on_host(STACK) == before


def test_pulumi_typed_by_hand_refuses_too(stack: LightStack) -> None:
    before = left_on_host(STACK)
    done = stack.deployment.pulumi("destroy", "--yes", "--stack", STACK)
    assert done.returncode != 0
    assert left_on_host(STACK) == before


def test_its_removal_from_the_stack_file_is_refused_before_anything_is_changed(
    stack: LightStack,
) -> None:
    stack.deployment.write(config(OTHER))
    before = left_on_host(STACK)
    assert "has no entry for protected instances: steady" in stack.refused("up")
    done = stack.deployment.pulumi("up", "--yes", "--stack", STACK)
    assert done.returncode != 0
    assert left_on_host(STACK) == before
    stack.write({**OTHER, "steady": PROTECTED})


def test_a_new_image_replaces_its_container(stack: LightStack) -> None:
    program = stack.deployment.directory / "image" / "echo" / "echo.py"
    program.write_text(program.read_text() + "# Another image.\n")
    before = container_id(container("steady"))
    stack.up()
    assert container_id(container("steady")) != before
    assert stack.answers("steady") == 200


def test_on_request_the_rest_is_destroyed_and_it_goes_on_serving(stack: LightStack) -> None:
    with stack.steady():
        done = stack.deployment.run("make", "destroy", f"STACK={STACK}", "KEEP_PROTECTED=1")
        assert done.returncode == 0, done.stdout
    assert f"container {container('other')}" not in left_on_host(STACK)
    assert stack.answers("steady") == 200


def test_the_next_up_brings_the_rest_back(stack: LightStack) -> None:
    before = container_id(container("steady"))
    stack.up()
    assert container_id(container("steady")) == before
    assert stack.answers("other", "bob") == 200


def test_a_protected_one_can_be_stopped(stack: LightStack) -> None:
    stack.write({**OTHER, "steady": {**PROTECTED, "state": "stopped"}})
    stack.up()
    assert stack.answers("steady") == 503
    assert "has protected instances: steady" in stack.refused("destroy")


def test_once_the_protection_is_lifted_all_is_destroyed(stack: LightStack) -> None:
    stack.write({**OTHER, "steady": {**PROTECTED, "protect": False}})
    stack.up()
    done = stack.deployment.make_target("destroy")
    assert done.returncode == 0, done.stdout
    assert left_on_host(STACK) == []
