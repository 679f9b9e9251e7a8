"""The runbook has an entry for each alert, with what the operator needs at night."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from console.app import app
from tests.observability.promtool import alert_rules

PROJECT = Path(__file__).resolve().parents[2]
RUNBOOK = PROJECT / "docs" / "runbook.md"
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


def entries() -> dict[str, str]:
    """The entries by their headings."""
    _, *parts = HEADING.split(RUNBOOK.read_text("utf-8"))
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_the_runbook_has_an_entry_for_every_alert_and_for_no_other() -> None:
    assert set(entries()) == set(alert_rules())


@pytest.mark.parametrize("alert", alert_rules())
def test_an_alert_leads_to_its_entry(alert: str) -> None:
    assert alert_rules()[alert]["annotations"]["runbook"] == f"docs/runbook.md#{alert.lower()}"


@pytest.mark.parametrize("alert", alert_rules())
def test_an_entry_says_what_it_means_where_to_look_and_what_to_do(alert: str) -> None:
    entry = entries()[alert]
    for part in ("**Means.**", "**Look.**", "**Do.**"):
        assert part in entry, part
    assert "`mcpier " in entry or "`docker " in entry


def test_every_command_of_the_runbook_is_one_that_mcpier_has() -> None:
    known = set(getattr(get_command(app), "commands", {}))
    named = set(re.findall(r"mcpier ([a-z]+)", RUNBOOK.read_text("utf-8")))
    assert named
    assert named <= known
