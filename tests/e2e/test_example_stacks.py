"""The stack files of the repository, deployed beside what else runs here."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.core.stack_yaml import read_yaml
from tests.e2e.deployment import BASES, PROJECT, Deployment, taken_away
from tests.places import place


def config_of(name: str) -> dict[str, Any]:
    """The config of a stack file, at ports, a network and a domain of its own, and offline."""
    document: Any = read_yaml((PROJECT / "stacks" / f"Pulumi.{name}.yaml").read_text("utf-8"))
    return {
        **document["config"],
        "mcpier:domain": f"{name}.mcpier.localhost",
        "mcpier:edge": place(f"e2e-{name}").edge,
        "mcpier:bases": BASES,
    }


@pytest.fixture(params=["dev", "example"])
def deployed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Deployment]:
    """The stack of a file, up; it must leave nothing."""
    stack = f"e2e-{request.param}"
    made = Deployment.make(tmp_path / "first", stack, config_of(request.param))
    with taken_away(made):
        up = made.make_target("up")
        assert up.returncode == 0, up.stdout
        yield made


@pytest.mark.docker
@pytest.mark.soak
def test_a_second_up_and_a_preview_from_elsewhere_find_nothing_to_do(
    deployed: Deployment, tmp_path: Path
) -> None:
    again = deployed.make_target("up")
    assert again.returncode == 0, again.stdout
    assert not re.search(r"\d+ (created|updated|replaced|deleted)", again.stdout), again.stdout
    other = deployed.elsewhere(tmp_path / "second", PYTHONHASHSEED="4711")
    expected = ["--refresh", "--expect-no-changes", "--stack", deployed.stack]
    preview = other.pulumi("preview", *expected)
    assert preview.returncode == 0, preview.stdout
