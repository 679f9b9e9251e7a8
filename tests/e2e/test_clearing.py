"""What a run of the tests that was broken off has left is gone before the next one begins."""

import sys
from collections.abc import Iterator

import pytest

from tests import __main__ as phases
from tests.e2e.deployment import BASES, docker, left_on_host, sweep

LEFT = "e2e-killed"
# What a phase sees of the stack.
LOOK = "from tests.e2e.deployment import left_on_host as left; assert left({!r}) == []"


@pytest.fixture
def left_over() -> Iterator[None]:
    """A container on a network of its own, which the engine starts whenever it starts itself."""
    label = ("--label", f"mcpier.stack={LEFT}")
    network = docker("network", "create", *label, f"mcpier-{LEFT}-left").strip()
    always = ("--detach", "--restart", "always", "--network", network)
    docker("run", *always, *label, BASES["debian"], "sleep", "infinity")
    yield
    sweep(LEFT)


@pytest.mark.usefixtures("left_over")
def test_a_stack_that_was_left_over_is_gone_before_the_phases_begin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert len(left_on_host(LEFT)) == 2
    looking = phases.Phase(
        name="looking", minutes=1, commands=[[sys.executable, "-c", LOOK.format(LEFT)]]
    )
    assert not phases.run(looking)
    # The others' places stay as they are: their tests may be running.
    monkeypatch.setattr(phases, "STACKS", [LEFT])
    monkeypatch.setitem(phases.PHASES, "looking", [looking])
    assert phases.main("looking") == 0
