"""The follower of a certificate on the Docker host, run as the process that it is."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from components.core.routing import certificate_document
from tests.authority import key_pem, new_key, pem, present_authority
from tests.waiting import until

SCRIPT = Path(__file__).resolve().parents[2] / "components" / "scripts" / "follow_certificates.py"
AUTHORITY = present_authority()
WILDCARD = "*.mcp.example.org"


class Host:
    """A folder as certbot keeps it, and Traefik's folder beside it."""

    def __init__(self, folder: Path) -> None:
        self.live, self.archive = folder / "live" / "mcp", folder / "archive" / "mcp"
        self.dynamic = folder / "dynamic"
        for directory in (self.live, self.archive, self.dynamic):
            directory.mkdir(parents=True)
        self.issues = 0
        # Longer than it takes to set two links.
        self.seconds = 0.5

    def renew(self, chain: str, key: str) -> None:
        """New files in the archive; then one link after the other is set on them."""
        self.issues += 1
        for name, text in (("privkey", key), ("fullchain", chain)):
            (self.archive / f"{name}{self.issues}.pem").write_text(text)
        for name in ("privkey", "fullchain"):
            self.link(name, f"../../archive/mcp/{name}{self.issues}.pem")

    def link(self, name: str, target: str) -> None:
        partial = self.live / "partial"
        partial.symlink_to(target)
        partial.rename(self.live / f"{name}.pem")

    @property
    def order(self) -> dict[str, Any]:
        return {
            "document": certificate_document("{certificate}", "{key}"),
            "host": "mcp-any.mcp.example.org",
            "looked": str(self.dynamic.parent / "looked"),
            "pairs": str(self.dynamic / "host"),
            "published": str(self.dynamic / "host.yaml"),
            "seconds": self.seconds,
            "source": str(self.live),
        }

    def served(self) -> tuple[str, str] | None:
        """The pair that Traefik would read."""
        document = self.dynamic / "host.yaml"
        if not document.exists():
            return None
        pair: dict[str, Any] = json.loads(document.read_text())["tls"]["certificates"][0]
        return Path(pair["certFile"]).read_text(), Path(pair["keyFile"]).read_text()

    def once(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(SCRIPT), "once"],
            input=json.dumps(self.order),
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )

    @contextmanager
    def followed(self) -> Iterator[subprocess.Popen[str]]:
        """A follower that runs; it must end properly when it is told to."""
        command = [sys.executable, str(SCRIPT), "follow", json.dumps(self.order)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 0
        finally:
            process.kill()
            process.communicate()


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_a_good_pair_is_published_under_names_of_its_own(host: Host) -> None:
    pair = AUTHORITY.pair(WILDCARD)
    host.renew(*pair)
    done = host.once()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert host.served() == pair
    assert sorted(file.suffix for file in (host.dynamic / "host").iterdir()) == [".crt", ".key"]
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in (host.dynamic / "host").iterdir())


def test_a_pair_that_is_served_is_not_written_again(host: Host) -> None:
    host.renew(*AUTHORITY.pair(WILDCARD))
    host.once()
    files = [host.dynamic / "host.yaml", *(host.dynamic / "host").iterdir()]
    before = {file: (file.stat().st_ino, file.stat().st_mtime_ns) for file in files}
    assert host.once().returncode == 0
    assert {file: (file.stat().st_ino, file.stat().st_mtime_ns) for file in files} == before


def broken() -> dict[str, tuple[tuple[str, str], str]]:
    key = new_key()
    chain, other = pem(AUTHORITY.leaf(key, [WILDCARD]), AUTHORITY.intermediate), key_pem(new_key())
    stranger = present_authority().intermediate
    return {
        "another key": ((chain, other), "KEY_VALUES_MISMATCH"),
        "half a chain file": ((chain[:400], key_pem(key)), ""),
        "an empty key": ((chain, ""), ""),
        "a key with a passphrase": ((chain, key_pem(key, "secret")), ""),
        "another name": (AUTHORITY.pair("mcp.example.org"), "Hostname mismatch"),
        "a name too deep": (AUTHORITY.pair("*.a.mcp.example.org"), "Hostname mismatch"),
        "an end that is past": (AUTHORITY.pair(WILDCARD, days=-0.01), "certificate has expired"),
        "an issuer that is none": (
            (pem(AUTHORITY.leaf(key, [WILDCARD]), stranger), key_pem(key)),
            "certificate signature failure",
        ),
        "no file": (("", ""), ""),
    }


BROKEN = broken()


@pytest.mark.parametrize(("pair", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_pair_that_cannot_be_served_leaves_what_is_served(
    pair: tuple[str, str], reason: str, host: Host
) -> None:
    good = AUTHORITY.pair(WILDCARD)
    host.renew(*good)
    host.once()
    host.renew(*pair)
    done = host.once()
    assert done.returncode == 1
    assert "cannot be served: " in done.stderr
    assert reason in done.stderr
    assert "→ let fullchain.pem and privkey.pem belong together and to root" in done.stderr
    assert "Traceback" not in done.stderr
    assert host.served() == good
    assert len(list((host.dynamic / "host").iterdir())) == 2


def test_a_folder_without_a_certificate_is_told_by_name(host: Host) -> None:
    done = host.once()
    assert done.returncode == 1
    assert f"{host.live}/fullchain.pem: No such file or directory" in done.stderr
    assert host.served() is None


def test_a_certificate_that_ends_soon_is_served_with_a_warning(host: Host) -> None:
    host.renew(*AUTHORITY.pair(WILDCARD, days=8.5))
    done = host.once()
    assert done.returncode == 0
    assert "it ends in 8 days: see that it is renewed" in done.stderr


def test_a_renewal_is_followed_and_a_broken_one_is_told_once(host: Host) -> None:
    first, second, third = (AUTHORITY.pair(WILDCARD) for _ in range(3))
    host.renew(*first)
    with host.followed() as process:
        assert f"{host.live}: serving " in said(process)
        assert host.served() == first
        host.renew(*second)
        assert ": serving " in said(process)
        assert host.served() == second
        host.renew(third[0], second[1])
        assert "refused: [X509: KEY_VALUES_MISMATCH]" in said(process)
        assert host.served() == second
        host.renew(*third)
        # The next line is about the good pair: the refusal was not repeated.
        assert ": serving " in said(process)
        assert host.served() == third


def test_a_renewal_that_is_half_done_is_not_even_told(host: Host) -> None:
    first, second = AUTHORITY.pair(WILDCARD), AUTHORITY.pair(WILDCARD)
    host.seconds = 2
    host.renew(*first)
    looked = Path(host.order["looked"])
    with host.followed() as process:
        said(process)
        until(looked.exists, 30, "it has not looked")
        before = looked.stat().st_mtime_ns
        (host.archive / "half.pem").write_text(second[1])
        host.link("privkey", "../../archive/mcp/half.pem")
        until(lambda: looked.stat().st_mtime_ns > before, 30, "it has not looked again")
        assert host.served() == first
        host.renew(*second)
        assert ": serving " in said(process)
        assert host.served() == second


def test_the_pair_before_stays_for_who_is_just_reading_it(host: Host) -> None:
    pairs = [AUTHORITY.pair(WILDCARD) for _ in range(3)]
    for pair in pairs:
        host.renew(*pair)
        assert host.once().returncode == 0
    kept = {file.read_text() for file in (host.dynamic / "host").iterdir()}
    assert kept == {*pairs[1], *pairs[2]}
