"""Every command of the pages that can be run here is: as it stands, from top to bottom."""

from pathlib import Path

import pytest

from tests.cli.operator import Operator
from tests.cli.stack import DOMAIN, HTTPS_PORT
from tests.docs.pages import Command, commands_of, current_pages
from tests.docs.reader import Reader, unlike
from tests.docs.rules import Here, rule_of


def typed_here(page: str) -> list[Command]:
    """The commands of a page that are run here."""
    return [command for command in commands_of(page) if isinstance(rule_of(command), Here)]


@pytest.fixture
def reader(operator: Operator, tmp_path: Path) -> Reader:
    """Somebody in a copy of the deployed stack's checkout, with the files that the pages name."""
    deployment = operator.deployment.elsewhere(tmp_path / "checkout")
    (tmp_path / "passphrase").write_text(deployment.environ["PULUMI_CONFIG_PASSPHRASE"])
    (tmp_path / "answer").write_text("a value that is asked for\n")
    (deployment.directory / "credentials").write_text("[default]\nregion = nowhere\n")
    authority = f"{DOMAIN}:{HTTPS_PORT}"
    return Reader(
        deployment=deployment, instance="echo", type="echo", authority=authority, folder=tmp_path
    )


@pytest.mark.parametrize("page", [page for page in current_pages() if typed_here(page)])
def test_a_pages_commands_do_what_it_says(reader: Reader, page: str) -> None:
    commands = typed_here(page)
    for command, printed in zip(commands, reader.types(commands), strict=True):
        wrong = unlike(reader.here(command.shown), printed)
        assert wrong == [], f"{command.place} shows what is not printed:\n{printed}"


def test_the_quick_start_shows_what_a_first_deploy_prints(
    reader: Reader, operator: Operator
) -> None:
    commands = commands_of("README.md")
    (first,) = [each for each in commands if each.plain == "make up" and each.shown]
    assert unlike(reader.here(first.shown), operator.first_up) == []
