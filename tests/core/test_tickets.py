"""One-time links to a live view. That the gate takes them: tests/authgate."""

import re

import pytest

from components.core.secrets import Root
from components.core.tickets import Grant, link

ROOT = Root(key=bytes(range(32)), drawn_at=1_790_000_000)
URL = "https://vnc-demo.mcp.example.org:8443/"


def made(
    grant: Grant = Grant.VIEW, token: str = "mcpier_a", nonce: bytes = bytes(16), id_: str = "demo"
) -> str:
    """A link made at a fixed time."""
    return link(URL, grant, token, key=ROOT.ticket_key(id_), nonce=nonce, now=1000.9)


def test_a_link_names_its_end_on_the_host_of_the_view() -> None:
    pattern = rf"{re.escape(URL)}_mcpier/enter/1120\.[\w-]{{22}}\.[\w-]{{43}}"
    assert re.fullmatch(pattern, made(), re.ASCII)


def test_a_link_shows_neither_token_nor_key() -> None:
    assert "mcpier_a" not in made()
    assert ROOT.ticket_key("demo").rstrip("=") not in made()


@pytest.mark.parametrize(
    "other",
    [made(Grant.WATCH), made(token="mcpier_b"), made(nonce=b"1" * 16), made(id_="other")],
    ids=["grant", "token", "nonce", "key"],
)
def test_each_of_what_a_link_is_for_changes_its_signature(other: str) -> None:
    assert other.rpartition(".")[2] != made().rpartition(".")[2]
