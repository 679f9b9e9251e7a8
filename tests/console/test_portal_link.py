"""How an operator gets into the portal, and what is said where there is none."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from console import pulumi
from console.errors import ConsoleError
from console.portal import portal_link, portal_token
from tests.console.conftest import Programs

URL = "https://app.a.example:8443/"
KEY = "A" * 43 + "="
PORTAL = {"url": URL, "tokens": {"bob": "mcpier_b", "alice": "mcpier_a"}, "ticketKey": KEY}


@pytest.fixture(autouse=True)
def deployed(programs: Programs) -> None:
    """A stack whose portal has two operators."""
    programs.answer("pulumi stack output", {"instances": {}, "portal": PORTAL})


def test_a_link_leads_to_the_portal_and_holds_no_secret(programs: Programs) -> None:
    made = portal_link("dev", None)
    assert made.startswith(f"{URL}_mcpier/enter/")
    assert [value for value in ("mcpier_a", "mcpier_b", KEY) if value in made] == []
    assert portal_link("dev", None) != made
    assert "mcpier_a" not in "".join(programs.calls("pulumi"))


def test_each_operator_has_links_of_their_own() -> None:
    tickets = {name: urlsplit(portal_link("dev", name)).path for name in ("alice", "bob")}
    assert tickets["alice"].rpartition(".")[2] != tickets["bob"].rpartition(".")[2]


def test_the_token_is_printed_for_the_form_of_the_first_operator_unless_one_is_named() -> None:
    assert portal_token("dev", None) == {"url": URL, "token": "mcpier_a"}
    assert portal_token("dev", "bob") == {"url": URL, "token": "mcpier_b"}


def test_an_operator_whose_token_has_expired_is_passed_over_or_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pulumi, "PROJECT", tmp_path)
    (tmp_path / "stacks").mkdir()
    operators = [{"name": "alice", "expires": "2020-01-31"}, "bob"]
    file = tmp_path / "stacks" / "Pulumi.dev.yaml"
    file.write_text(json.dumps({"config": {"mcpier:operators": operators}}))
    assert portal_token("dev", None)["token"] == "mcpier_b"
    assert portal_token("dev", "alice")["token"] == "mcpier_a"
    assert capsys.readouterr().err == (
        "warning: token alice has expired: its last day was 2020-01-31\n"
    )


def test_an_unknown_operator_is_told_the_nearest() -> None:
    with pytest.raises(ConsoleError) as caught:
        portal_token("dev", "alcie")
    assert str(caught.value) == "stack dev has no operator alcie\n  → did you mean alice?"


def test_a_stack_with_a_web_app_of_its_own_has_no_portal(programs: Programs) -> None:
    programs.answer("pulumi stack output", {"instances": {}})
    with pytest.raises(ConsoleError) as caught:
        portal_link("dev", None)
    assert str(caught.value).startswith("stack dev has no portal: ")
    assert str(caught.value).endswith("; type: make up STACK=dev")


def test_a_stack_without_operators_says_where_they_are_named(programs: Programs) -> None:
    programs.answer("pulumi stack output", {"portal": PORTAL | {"tokens": {}}})
    with pytest.raises(ConsoleError) as caught:
        portal_link("dev", None)
    assert "name one under mcpier:operators in stacks/Pulumi.dev.yaml" in str(caught.value)
