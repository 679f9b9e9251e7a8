"""What the portal is told by its environment, and what it says of mistakes."""

import pytest

from portal.cli import main
from portal.errors import PortalError
from portal.settings import load_reader_settings, load_settings

GOOD = {"PORTAL_ACTIVITY": "10.77.255.10:9182", "PORTAL_EDGE": "10.77.255.9:443"}


def test_two_addresses_are_all_that_it_must_be_told() -> None:
    settings = load_settings(GOOD)
    assert settings.activity == ("10.77.255.10", 9182)
    assert settings.listen == ("0.0.0.0", 9190)


def test_all_mistakes_are_named_at_once() -> None:
    with pytest.raises(PortalError) as raised:
        load_settings({"PORTAL_EDGE": "nowhere", "PORTAL_ACTIVTY": "x"})
    assert str(raised.value).splitlines() == [
        "the environment does not describe a portal:",
        "  - PORTAL_ACTIVTY: no such setting; did you mean PORTAL_ACTIVITY?",
        "  - PORTAL_ACTIVITY: expected host:port of authgate's operations, it is not set; set it",
        "  - PORTAL_EDGE: expected host:port at which Traefik serves HTTPS, "
        "found 'nowhere'; set it",
    ]


@pytest.mark.parametrize("address", ["0.0.0.0:0", "0.0.0.0:65536", "0.0.0.0:99999"])
def test_a_port_that_there_is_not_is_a_mistake(address: str) -> None:
    with pytest.raises(PortalError, match=f"PORTAL_LISTEN: expected host:port, found '{address}'"):
        load_settings(GOOD | {"PORTAL_LISTEN": address})


def test_the_reader_must_know_its_stack() -> None:
    with pytest.raises(PortalError, match="PORTAL_STACK: expected the stack's name"):
        load_reader_settings({})
    assert load_reader_settings({"PORTAL_STACK": "dev"}).stack == "dev"


def test_a_mistake_is_a_message_and_an_exit_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PORTAL_STACK", raising=False)
    assert main(["read"]) == 1
    assert capsys.readouterr().err.startswith("portal: the environment does not describe a portal:")
