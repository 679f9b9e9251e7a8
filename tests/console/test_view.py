"""A link that opens a live view, and what is said where there can be none."""

import time
from urllib.parse import urlsplit

import pytest

from components.core.tickets import LIFE, Grant
from console.errors import ConsoleError
from console.view import view_link
from tests.console.conftest import Programs

URL = "https://vnc-demo.a.example:8443/"
KEY = "A" * 43 + "="
VIEWER = {"url": URL, "token": "mcpier_x", "watchToken": "mcpier_y", "ticketKey": KEY}


@pytest.fixture(autouse=True)
def deployed(programs: Programs) -> None:
    """A stack with an instance that has all, one that cannot be watched, and an older one."""
    plain = {key: value for key, value in VIEWER.items() if key != "watchToken"}
    older = {"url": URL, "token": "mcpier_x"}
    programs.answer("pulumi stack output viewers", {"demo": VIEWER, "plain": plain, "older": older})


def problem(instance: str, grant: Grant = Grant.VIEW) -> str:
    with pytest.raises(ConsoleError) as caught:
        view_link("dev", instance, grant)
    return str(caught.value)


@pytest.mark.parametrize("grant", [Grant.VIEW, Grant.WATCH])
def test_a_link_leads_to_the_view_and_ends_in_two_minutes(grant: Grant) -> None:
    before = int(time.time())
    made = urlsplit(view_link("dev", "demo", grant))
    assert f"{made.scheme}://{made.netloc}/" == URL
    assert made.path.startswith("/_mcpier/enter/")
    ends = int(made.path.rpartition("/")[2].partition(".")[0])
    assert before + LIFE <= ends <= time.time() + LIFE


def test_no_two_links_are_the_same() -> None:
    assert len({view_link("dev", "demo", Grant.VIEW) for _ in range(3)}) == 3


def test_no_secret_reaches_a_programs_arguments_or_the_link(programs: Programs) -> None:
    made = view_link("dev", "demo", Grant.WATCH)
    assert programs.calls("pulumi") == [
        "pulumi stack output viewers --json --show-secrets --stack dev --non-interactive"
    ]
    assert [value for value in ("mcpier_x", "mcpier_y", KEY) if value in made] == []


def test_an_unknown_instance_is_told_the_nearest() -> None:
    assert problem("dmeo") == (
        "stack dev has no instance dmeo with a live view\n  → did you mean demo?"
    )


def test_a_view_that_cannot_be_watched_says_so() -> None:
    assert problem("plain", Grant.WATCH) == (
        "the live view of plain cannot be watched without input\n"
        "  → leave --watch out, or give its type a secret of kind vnc-watch"
    )


def test_a_stack_from_before_there_were_links_is_told_what_to_type() -> None:
    assert problem("older") == (
        "stack dev was deployed before there were links to live views\n  → type: make up STACK=dev"
    )
