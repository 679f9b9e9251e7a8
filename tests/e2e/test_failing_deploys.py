"""A deploy that fails says whose fault it is and what to type; its siblings notice nothing."""

import re
from collections.abc import Iterator

import pytest

from tests.e2e.deployment import docker, taken_away
from tests.e2e.light_stack import STACK, LightStack, container, container_id

pytestmark = pytest.mark.soak
BROKEN = "broken"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LightStack]:
    """A stack that is up with its steady instance; it must leave nothing."""
    made = LightStack.make(tmp_path_factory.mktemp("light"))
    with taken_away(made.deployment, "mcpier/echo", f"mcpier/{BROKEN}"):
        made.up()
        yield made


@pytest.fixture(autouse=True)
def healed(stack: LightStack) -> Iterator[None]:
    """Whatever failed: without it the next `up` is a good one, and all is as before."""
    before = container_id(container("steady"))
    yield
    stack.write({})
    stack.up()
    assert container_id(container("steady")) == before
    assert stack.answers("steady") == 200
    quiet = ("preview", "--refresh", "--expect-no-changes", "--stack", STACK)
    preview = stack.deployment.pulumi(*quiet)
    assert preview.returncode == 0, preview.stdout


def deploy_broken(stack: LightStack, dockerfile: str, **changes: object) -> str:
    """What `make up` says of an instance of a type with these lines in its Dockerfile."""
    stack.write_type(BROKEN, dockerfile)
    stack.write({"ailing": {"type": BROKEN, "tokens": ["bob"], **changes}})
    with stack.steady():
        return stack.refused("up")


def mend(stack: LightStack) -> None:
    """The same instance with a type that works is deployed by the next `up`."""
    stack.write_type(BROKEN, 'RUN touch /healthy\nCMD ["sleep", "600"]')
    stack.up()
    assert docker("inspect", "--format", "{{.State.Health.Status}}", container("ailing")) == (
        "healthy\n"
    )


def test_a_build_that_fails_names_instance_type_last_lines_and_next_command(
    stack: LightStack,
) -> None:
    said = deploy_broken(stack, "RUN expr 40 + 2 && false")
    assert re.search(r"^    .*\b42$", said, re.MULTILINE), said
    assert "instance ailing: the image of type broken is not built" in said
    assert "look further with: docker build --build-arg BASE=mcpier/base-python:" in said
    mend(stack)


def test_a_program_that_cannot_be_started_names_the_instance(stack: LightStack) -> None:
    said = deploy_broken(stack, 'CMD ["/no/such/program"]')
    assert "instance ailing did not start: " in said
    assert "/no/such/program" in said
    mend(stack)


def test_an_image_that_would_route_past_the_gate_never_becomes_a_container(
    stack: LightStack,
) -> None:
    label = "traefik.http.routers.taker.rule"
    said = deploy_broken(stack, f'LABEL {label}="HostRegexp(`.+`)"\nCMD ["sleep", "600"]')
    assert f"carries the label '{label}', by which it would tell Traefik" in said
    assert container("ailing") not in docker("ps", "--all", "--format", "{{.Names}}").split()
    mend(stack)


def test_a_container_that_ends_at_once_shows_its_last_lines_and_exit_code(
    stack: LightStack,
) -> None:
    lines = "for n in $(seq 30); do echo line $n; done; exit 3"
    said = deploy_broken(stack, f"CMD {lines}")
    assert "Instance ailing did not become healthy: it is restarting" in said
    assert "it ended with exit code 3" in said
    assert "    line 30\n" in said
    assert f"look further with: docker logs {container('ailing')}" in said
    mend(stack)


def test_a_health_check_that_never_turns_green_shows_the_last_twenty_lines(
    stack: LightStack,
) -> None:
    lines = "for n in $(seq 30); do echo line $n; done; exec sleep 600"
    said = deploy_broken(stack, f"CMD {lines}")
    assert "Instance ailing did not become healthy: it is unhealthy." in said
    assert "    line 11\n" in said
    assert "    line 10\n" not in said
    mend(stack)


def test_a_new_image_that_breaks_leaves_the_running_instance_as_it_was(stack: LightStack) -> None:
    stack.write({"ailing": {"type": BROKEN, "tokens": ["bob"]}})
    mend(stack)
    before = container_id(container("ailing"))
    deploy_broken(stack, "RUN false")
    assert container_id(container("ailing")) == before
