"""When the served certificate ends: learnt as a client that trusts nobody."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portal.certificate import Certificate, ServedCertificate, read_certificate
from portal.errors import Trouble
from portal.settings import Address
from tests.authgate.served import loopback
from tests.portal.stage import DOMAIN, EDGE_PORT, edge

HOST = f"app.{DOMAIN}"


def test_its_end_is_told_whoever_has_signed_it(tmp_path: Path) -> None:
    at = loopback(94)
    with edge(at, tmp_path, days=30):
        ends = read_certificate((at, EDGE_PORT), HOST).ends
    assert ends is not None
    assert abs(ends - datetime.now(UTC) - timedelta(days=30)) < timedelta(minutes=1)


def test_one_that_has_ended_is_told_as_such(tmp_path: Path) -> None:
    at = loopback(95)
    with edge(at, tmp_path, days=-0.01):
        assert read_certificate((at, EDGE_PORT), HOST).ends is None


def test_one_of_another_host_is_trouble(tmp_path: Path) -> None:
    at = loopback(96)
    with edge(at, tmp_path, days=30), pytest.raises(Trouble, match="is not good"):
        read_certificate((at, EDGE_PORT), "app.another.example")


def test_an_edge_that_is_gone_is_asked_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def gone(edge: Address, host: str) -> Certificate:
        asked.append(host)
        raise Trouble("gone")

    monkeypatch.setattr("portal.certificate.read_certificate", gone)
    served = ServedCertificate((loopback(97), EDGE_PORT))
    for _ in range(3):
        with pytest.raises(Trouble, match="gone"):
            asyncio.run(served.of(HOST))
    assert asked == [HOST]


def test_an_edge_that_is_gone_is_trouble() -> None:
    with pytest.raises(Trouble, match=f"the edge does not answer for {HOST}"):
        read_certificate((loopback(97), EDGE_PORT), HOST)
