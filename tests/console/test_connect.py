"""What a client needs to reach an instance, and what is said where there is no such thing."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console import pulumi
from console.connect import ca_certificate, client_config
from console.errors import ConsoleError
from tests.console.conftest import Programs


def entry(token: str) -> dict[str, object]:
    return {"url": "https://mcp-demo.a.example/mcp", "headers": {"Authorization": token}}


@pytest.fixture(autouse=True)
def deployed(programs: Programs) -> None:
    """A stack with two instances, of which one has tokens."""
    clients = {"demo": {"ci": entry("2"), "alice": entry("1")}, "docs": {}}
    programs.answer("pulumi stack output clients", clients)
    programs.answer("pulumi stack output --json", {"ca": "-----BEGIN CERTIFICATE-----\n"})


def problem(instance: str, token: str | None = None) -> str:
    with pytest.raises(ConsoleError) as caught:
        client_config("dev", instance, token)
    return str(caught.value)


def test_a_named_token_or_the_first_by_name_is_given() -> None:
    assert client_config("dev", "demo", "ci") == entry("2")
    assert client_config("dev", "demo", None) == entry("1")


def test_the_secret_outputs_of_the_stack_that_is_meant_are_asked_for(programs: Programs) -> None:
    client_config("dev", "demo", None)
    call = programs.calls("pulumi")[0]
    assert "--show-secrets" in call
    assert "--stack dev" in call


def test_a_misspelt_instance_is_told_the_nearest() -> None:
    assert problem("dmeo") == "stack dev has no instance dmeo\n  → did you mean demo?"


def test_an_unknown_instance_is_told_all_that_there_are() -> None:
    assert problem("zzz") == "stack dev has no instance zzz\n  → known: demo, docs"


def test_a_misspelt_token_is_told_the_nearest() -> None:
    assert problem("demo", "alcie") == ("instance demo has no token alcie\n  → did you mean alice?")


def test_an_instance_without_tokens_is_told_where_to_name_one() -> None:
    assert problem("docs") == (
        "instance docs has no tokens\n"
        "  → name one under mcpier:instances.docs.tokens in stacks/Pulumi.dev.yaml"
    )


@pytest.fixture
def ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets the last days of tokens in the stack's file, counted from today."""
    stacks = tmp_path / "project" / "stacks"
    stacks.mkdir(parents=True)
    monkeypatch.setattr(pulumi, "PROJECT", stacks.parent)

    def ends(**days: int) -> None:
        tokens = [{"name": name, "expires": day(ahead)} for name, ahead in days.items()]
        config = {"mcpier:instances": {"demo": {"tokens": [*tokens, "other"]}}}
        (stacks / "Pulumi.dev.yaml").write_text(json.dumps({"config": config}))

    return ends


def day(ahead: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=ahead)).isoformat()


def test_the_first_token_that_has_not_expired_is_given(ends: Callable[..., None]) -> None:
    # Tomorrow, in case that the day ends between here and there.
    ends(alice=1)
    assert client_config("dev", "demo", None) == entry("1")
    ends(alice=-1)
    assert client_config("dev", "demo", None) == entry("2")


def test_an_instance_whose_tokens_have_all_expired_is_told_what_to_do(
    ends: Callable[..., None],
) -> None:
    ends(alice=-1, ci=-2)
    assert problem("demo") == (
        "no token of instance demo is good any more; their last days were: "
        f"alice ({day(-1)}), ci ({day(-2)})\n"
        "  → set a later one under mcpier:instances.demo.tokens in stacks/Pulumi.dev.yaml, "
        "or add a token, and type: make up STACK=dev"
    )


def test_a_token_that_is_named_is_given_with_a_warning_if_it_has_expired(
    ends: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    ends(alice=-1)
    assert client_config("dev", "demo", "alice") == entry("1")
    assert capsys.readouterr().err == (
        f"warning: token alice has expired: its last day was {day(-1)}\n"
    )
    client_config("dev", "demo", "ci")
    assert capsys.readouterr().err == ""


def test_the_ca_is_given_as_it_is() -> None:
    assert ca_certificate("dev") == "-----BEGIN CERTIFICATE-----\n"


def test_a_stack_whose_certificate_comes_from_elsewhere_has_no_ca_to_give(
    programs: Programs,
) -> None:
    programs.answer("pulumi stack output --json", {"instances": {}})
    with pytest.raises(ConsoleError) as caught:
        ca_certificate("dev")
    assert str(caught.value) == (
        "stack dev has no CA of its own: mcpier:tls says where its certificate comes from\n"
        "  → let clients trust whoever issued it; a public CA they trust already"
    )


def test_a_stack_that_is_not_deployed_is_told_what_to_type(programs: Programs) -> None:
    programs.fail("pulumi stack output clients", "error: no stack named 'dev' found")
    assert problem("demo").splitlines() == [
        "pulumi stack output clients --json --show-secrets failed: "
        "error: no stack named 'dev' found",
        "  → see that the stack is there: make up STACK=dev",
    ]


def test_a_missing_pulumi_is_told_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("XDG_CACHE_HOME", "/nowhere")
    assert problem("demo") == "pulumi is not on PATH\n  → type: make up"
