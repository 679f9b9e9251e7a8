"""An update that is killed half-way: the next command takes the stack up where it was left."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from psutil import process_iter

from tests.e2e.begun import begun, lock_holder
from tests.e2e.deployment import CONFIG, Deployment, docker, left_on_host, sweep
from tests.places import place
from tests.waiting import until

STACK = "e2e-killed"
KILLED = CONFIG | {
    "mcpier:domain": "killed.mcpier.localhost",
    "mcpier:edge": place(STACK).edge,
    "mcpier:instances": {"demo": {"type": "playwright", "tokens": ["alice"]}},
}


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A stack whose updates are killed; nothing of it is up at first."""
    sweep(STACK)
    yield Deployment.make(tmp_path_factory.mktemp("killed"), STACK, KILLED)
    sweep(STACK)


def networks_are_there() -> bool:
    return any(name.startswith("network") for name in left_on_host(STACK))


def the_instance_is_being_made() -> bool:
    return f"container mcpier-{STACK}-mcp-demo" in left_on_host(STACK)


def everything_runs_but_is_not_ready() -> bool:
    running = docker("ps", "--filter", f"label=mcpier.stack={STACK}", "--format", "{{.Names}}")
    # A helper, which is there for a moment, has a name that Docker makes up.
    return sum(name.startswith("mcpier-") for name in running.split()) == 6


MOMENTS = (networks_are_there, the_instance_is_being_made, everything_runs_but_is_not_ready)


def kill_an_up(killed: Deployment, moment: Callable[[], bool]) -> str:
    """Kills an `up` at a moment of its own update; what it has said."""
    before = lock_holder(killed)
    with begun(killed) as up:
        # Between a refresh and its update it holds none.
        up.wait_for(lambda: lock_holder(killed) not in (None, before) and moment())
        up.kill()
    return up.log.read_text()


def is_repaired(killed: Deployment) -> None:
    """The next `up` brings the stack to what its file says."""
    repaired = killed.make_target("up")
    assert repaired.returncode == 0, repaired.stdout
    assert "was killed half-way: cancelling its lock" in repaired.stdout
    assert "Traceback" not in repaired.stdout
    preview = killed.pulumi("preview", "--refresh", "--expect-no-changes", "--stack", STACK)
    assert preview.returncode == 0, preview.stdout


def is_taken_away(killed: Deployment) -> None:
    """A `destroy` leaves nothing, of what was begun either, nor a provider of a killed update."""
    destroyed = killed.make_target("destroy")
    assert destroyed.returncode == 0, destroyed.stdout
    assert left_on_host(STACK) == []
    # Pulumi's own, which do not stand on PATH, look after their engine every five minutes.
    if shutil.which("pulumi-resource-docker"):
        until(lambda: providers(killed) == [], 30, "a killed update's providers live on")


def providers(deployment: Deployment) -> list[str]:
    """The providers that live of what was started on a stack."""
    own = deployment.environ["PULUMI_BACKEND_URL"]
    return [
        process.info["name"]
        for process in process_iter(["name", "environ"])
        if process.info["name"].startswith("pulumi-resource-")
        and (process.info["environ"] or {}).get("PULUMI_BACKEND_URL") == own
    ]


def test_ups_that_are_killed_one_after_the_other_are_repaired_by_the_next(
    killed: Deployment,
) -> None:
    first, *more = MOMENTS
    kill_an_up(killed, first)
    for moment in more:
        assert "was killed half-way: cancelling its lock" in kill_an_up(killed, moment)
    is_repaired(killed)
    is_taken_away(killed)


@pytest.mark.soak
@pytest.mark.parametrize("moment", MOMENTS)
def test_an_up_killed_half_way_is_repaired_by_the_next(
    moment: Callable[[], bool], killed: Deployment
) -> None:
    kill_an_up(killed, moment)
    is_repaired(killed)
    is_taken_away(killed)


def test_an_up_killed_half_way_is_taken_away_whole(killed: Deployment) -> None:
    kill_an_up(killed, the_instance_is_being_made)
    is_taken_away(killed)
