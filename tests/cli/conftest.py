"""The stack that the whole folder works on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attack.stack import checkout, up
from tests.cli.operator import Operator
from tests.cli.stack import CONFIG, STACK
from tests.e2e.deployment import taken_away


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of it needs an engine."""
    for item in items:
        item.add_marker(pytest.mark.docker)


@pytest.fixture(scope="session")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """Somebody with a stack that is up; it is taken away again, and must leave nothing."""
    made = checkout(tmp_path_factory.mktemp("cli"), STACK, CONFIG)
    with taken_away(made, "mcpier/echo"):
        yield Operator(made, first_up=up(made))


@pytest.fixture(scope="session")
def ca(operator: Operator) -> str:
    """The CA that the stack's clients trust."""
    return operator.done("ca")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that is not there yet."""
    return tmp_path / "rendered"
