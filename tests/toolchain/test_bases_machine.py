"""What a stand-in takes over from the machine that builds it: certificates and package sources."""

import ssl
from pathlib import Path

import pytest

from toolchain.bases.certificates import (
    certificates_in,
    extra_certificates,
    machine_certificates,
    write_certificates,
)
from toolchain.bases.clients import apt_sources, carried, has_credentials, pip_conf, pip_options


def pem(der: bytes) -> str:
    return ssl.DER_cert_to_PEM_cert(der)


def test_a_certificate_that_debian_does_not_ship_is_extra() -> None:
    bundle = pem(b"stock") + pem(b"company")
    assert extra_certificates([bundle], [pem(b"stock")]) == [b"company"]


def test_a_certificate_in_two_bundles_is_extra_once() -> None:
    assert extra_certificates([pem(b"company"), pem(b"company")], []) == [b"company"]


def test_comments_between_certificates_and_other_line_ends_do_not_matter() -> None:
    bundle = f"# Company CA\r\n{pem(b'company')}\n# end\n".replace("\n", "\r\n")
    assert certificates_in(bundle) == [b"company"]


def test_a_bundle_that_only_node_knows_of_counts(tmp_path: Path) -> None:
    bundle = tmp_path / "company.pem"
    bundle.write_text(pem(b"company"))
    with_it = machine_certificates({"NODE_EXTRA_CA_CERTS": str(bundle)})
    assert set(with_it) - set(machine_certificates({})) == {b"company"}


def test_a_bundle_variable_that_names_no_file_is_ignored(tmp_path: Path) -> None:
    missing = {"SSL_CERT_FILE": str(tmp_path / "missing.pem")}
    assert machine_certificates(missing) == machine_certificates({})


def test_certificates_are_written_one_to_a_file(tmp_path: Path) -> None:
    write_certificates([b"one", b"two"], tmp_path / "certificates")
    written = sorted((tmp_path / "certificates").glob("*.crt"))
    assert [certificates_in(path.read_text()) for path in written] == [[b"one"], [b"two"]]


def test_only_debians_own_bookworm_archives_are_taken_over() -> None:
    targets = """\
http://mirror.example/debian/|bookworm|main|Debian
http://mirror.example/debian/|bookworm|contrib|Debian
http://mirror.example/debian/|trixie|main|Debian
http://mirror.example/security/|bookworm-security|main|$(ORIGIN)
http://vendor.example/apt/|bookworm|main|Vendor
"""
    assert apt_sources(targets) == [
        ("http://mirror.example/debian/", "bookworm"),
        ("http://mirror.example/security/", "bookworm-security"),
    ]


def test_a_machine_without_apt_has_no_sources() -> None:
    assert apt_sources("") == []


def test_pips_environment_wins_over_its_files() -> None:
    listing = """\
:env:.index-url='https://environment.example/simple'
global.cert='/etc/ssl/ca.crt'
global.index-url='https://file.example/simple'
global.trusted-host='a.example\\nb.example'
"""
    assert pip_options(listing) == {
        "index-url": "https://environment.example/simple",
        "trusted-host": "a.example\nb.example",
    }


def test_an_option_with_several_values_stays_on_one_line() -> None:
    written = pip_conf({"trusted-host": "a.example\nb.example"})
    assert written == "[global]\ntrusted-host = a.example b.example\n"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://user:secret@packages.example/simple", True),
        ("https://token@packages.example", True),
        ("https://one.example https://user:secret@two.example", True),
        ("https://packages.example/@scope", False),
        ("false", False),
    ],
)
def test_credentials_in_an_address_are_noticed(value: str, expected: bool) -> None:
    assert has_credentials(value) is expected


def test_a_setting_with_credentials_is_left_out_and_said_so_without_them() -> None:
    said: list[str] = []
    assert not carried("npm's registry", "https://user:secret@packages.example", said.append)
    assert said == ["  npm's registry holds credentials and is not carried into the image"]


def test_a_setting_without_credentials_is_carried_silently() -> None:
    said: list[str] = []
    assert carried("npm's registry", "https://packages.example", said.append)
    assert said == []
