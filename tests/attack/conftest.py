"""The stack under attack, which the whole folder shares."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attack.edge import Edge
from tests.attack.stack import (
    AILING,
    INSTANCES,
    STACK,
    checkout,
    config,
    container,
    up,
    with_pictures,
)
from tests.e2e.deployment import Deployment, docker, taken_away
from tests.waiting import until


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A stack that is up; it is taken away again, and must leave nothing."""
    made = with_pictures(checkout(tmp_path_factory.mktemp("attack"), STACK, config(INSTANCES)))
    with taken_away(made, "mcpier/echo"):
        up(made)
        yield made


@pytest.fixture(scope="session")
def edge(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Edge:
    """The way in, with one instance that has become unhealthy."""
    outputs = deployment.outputs()
    file: Path = tmp_path_factory.mktemp("ca") / "ca.pem"
    file.write_text(outputs["ca"])
    made = Edge.reach(outputs, file)
    docker("exec", container(AILING), "rm", "/run/echo/healthy")
    until(lambda: made.status(AILING, "dave") == 503, 20, "the unhealthy instance is still routed")
    return made
