"""The engine goes away, loses power or has no room left; its containers come back by themselves.

On an engine of its own: this machine's serves others.
"""

import shlex
import socket
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from psutil import process_iter

from tests.e2e import second_engine as second
from tests.e2e.begun import begun
from tests.e2e.deployment import BASES, Deployment
from tests.e2e.light_stack import DOMAIN, STACK, LightStack
from tests.e2e.second_engine import SecondEngine, second_engine
from tests.waiting import until

pytestmark = pytest.mark.soak
MEBIBYTES = 3072
BACK_SECONDS = 60
BUILDING = ["sleep", "61.5"]


@pytest.fixture(scope="module")
def engine() -> Iterator[SecondEngine]:
    """An engine that knows the base images."""
    with second_engine(MEBIBYTES) as made:
        made.load(BASES.values())
        yield made


@pytest.fixture(scope="module", autouse=True)
def names(resolved_names: None) -> Iterator[None]:
    """The stack's names lead to the second engine's host."""
    ask = socket.getaddrinfo

    def answer(host: Any, *rest: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        return ask(second.ADDRESS if name.endswith(DOMAIN) else host, *rest, **named)

    socket.getaddrinfo = answer
    yield
    socket.getaddrinfo = ask


@pytest.fixture(scope="module")
def stack(engine: SecondEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LightStack]:
    """A stack that is up on that engine."""
    made = LightStack.make(tmp_path_factory.mktemp("light")).deployment
    environ = {**made.environ, "DOCKER_HOST": engine.url}
    stack = LightStack(
        deployment=Deployment(directory=made.directory, stack=STACK, environ=environ)
    )
    stack.up()
    yield stack


def comes_back(stack: LightStack) -> None:
    """The steady instance answers again, to whom it answered before."""

    def answers() -> bool:
        try:
            return stack.answers("steady") == 200
        except httpx2.HTTPError:
            return False

    until(answers, BACK_SECONDS, "the steady instance does not answer")


def a_build_runs(engine: SecondEngine) -> bool:
    # BuildKit's containers are listed nowhere.
    return any(process.info["cmdline"] == BUILDING for process in process_iter(["cmdline"]))


def the_last_container_is_waited_for(engine: SecondEngine) -> bool:
    return f"mcpier-{STACK}-mcp-slow" in engine.docker("ps", "--format", "{{.Names}}")


@pytest.mark.parametrize(
    ("lines", "moment"),
    [
        (f"RUN {shlex.join(BUILDING)}", a_build_runs),
        ('CMD ["sleep", "600"]', the_last_container_is_waited_for),
    ],
)
def test_an_engine_that_goes_away_in_the_middle_of_an_up_is_named_and_the_next_up_heals(
    stack: LightStack, engine: SecondEngine, lines: str, moment: Callable[[SecondEngine], bool]
) -> None:
    stack.write_type("slow", lines)
    stack.write({"slow": {"type": "slow", "tokens": ["bob"]}})
    with stack.steady(), begun(stack.deployment) as up:
        until(lambda: moment(engine), 120, "the deploy has not come so far")
        engine.kill()
        assert up.process.wait(timeout=180) != 0
    said = up.log.read_text()
    assert "Traceback" not in said, said
    assert "Cannot connect to the Docker daemon" in said
    assert "see that the Docker engine runs" in said
    engine.start()
    comes_back(stack)
    stack.write_type("slow", 'RUN touch /healthy\nCMD ["sleep", "600"]')
    stack.up()
    stack.write({})
    stack.up()
    assert stack.answers("steady") == 200


@pytest.mark.parametrize("blow", [SecondEngine.cut_power, SecondEngine.kill])
def test_after_a_hard_restart_of_the_engine_everything_comes_back_by_itself(
    stack: LightStack, engine: SecondEngine, blow: Callable[[SecondEngine], None]
) -> None:
    before = stack.deployment.outputs()
    blow(engine)
    engine.start()
    comes_back(stack)
    assert stack.deployment.outputs() == before
    quiet = ("preview", "--refresh", "--expect-no-changes", "--stack", STACK)
    preview = stack.deployment.pulumi(*quiet)
    assert preview.returncode == 0, preview.stdout


def test_after_all_containers_were_killed_everything_comes_back_by_itself(
    stack: LightStack, engine: SecondEngine
) -> None:
    engine.kill_containers()
    comes_back(stack)


def test_a_disk_that_is_full_fails_the_deploy_and_not_the_siblings(
    stack: LightStack, engine: SecondEngine
) -> None:
    stack.write_type(
        "large", "RUN head -c 200M /dev/zero > /large && touch /healthy\nCMD sleep 600"
    )
    stack.write({"large": {"type": "large", "tokens": ["bob"]}})
    with engine.filled(left_mebibytes=50), stack.steady():
        said = stack.refused("up")
        assert "no space left on device" in said.lower()
        assert "instance large: the image of type large is not built" in said
        assert stack.answers("steady") == 200
    stack.up()
    stack.write({})
    stack.up()
    comes_back(stack)
