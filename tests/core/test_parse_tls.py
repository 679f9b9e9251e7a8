"""How a certificate comes to be: what each mode becomes, and what is said when it cannot be."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

import pytest

from components.core.errors import ConfigError
from components.core.flags import acme_environment
from components.core.instance_type import InstanceType
from components.core.model import Acme, Files, HostDir, StackSpec
from components.core.parse import parse
from components.core.surroundings import Surroundings, Unreadable, named_files
from tests.authority import Authority, key_pem, new_key, pem

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CA = Authority(NOW)
KEY = new_key()
LEAF = CA.leaf(KEY, ["mcp.example.org", "*.mcp.example.org"])
CHAIN = pem(LEAF, CA.intermediate)
Read = Callable[..., StackSpec]


@pytest.fixture
def read_tls(config: dict[str, Any], browser: InstanceType) -> Read:
    """Parses a config with this `tls`, beside which these files lie."""

    def read(
        tls: dict[str, Any], secrets: dict[str, Any] | None = None, **files: str | Unreadable
    ) -> StackSpec:
        named = {name.replace("_", "."): text for name, text in files.items()}
        around = Surroundings(files=named, now=NOW)
        whole = config | {"tls": tls} | ({"secrets": secrets} if secrets else {})
        return parse("dev", whole, [browser], around)

    return read


def told(read: Callable[[], object]) -> list[str]:
    """The problems that a reading finds."""
    with pytest.raises(ConfigError) as caught:
        read()
    return [str(problem) for problem in caught.value.problems]


FILES = {"mode": "files", "certFile": "a.crt", "keyFile": "a.key"}


def test_a_pair_that_fits_is_taken_as_it_is_without_a_warning(read_tls: Read) -> None:
    spec = read_tls(FILES, a_crt=CHAIN, a_key=key_pem(KEY))
    assert spec.tls == Files(chain=CHAIN, key=key_pem(KEY))
    assert spec.warnings == ()
    assert "PRIVATE KEY" not in repr(spec)


@pytest.mark.parametrize(("days", "warned"), [(31.5, False), (30, True), (2.5, True)])
def test_a_certificate_that_ends_within_thirty_days_is_a_warning(
    days: float, warned: bool, read_tls: Read
) -> None:
    leaf = CA.leaf(KEY, ["*.mcp.example.org"], days=days)
    spec = read_tls(FILES, a_crt=pem(leaf, CA.intermediate), a_key=key_pem(KEY))
    assert bool(spec.warnings) is warned
    assert isinstance(spec.tls, Files)


def test_the_warning_names_the_day_and_what_to_do(read_tls: Read) -> None:
    leaf = CA.leaf(KEY, ["*.mcp.example.org"], days=8.5)
    spec = read_tls(FILES, a_crt=pem(leaf, CA.intermediate), a_key=key_pem(KEY))
    assert spec.warnings == (
        "mcpier:tls.certFile: the certificate ends on 2026-12-01, in 8 days: renew it, "
        "then type: make up",
    )


def test_a_certificate_that_is_served_without_its_issuer_is_a_warning(read_tls: Read) -> None:
    spec = read_tls(FILES, a_crt=pem(LEAF), a_key=key_pem(KEY))
    (warning,) = spec.warnings
    assert warning.startswith("mcpier:tls.certFile: one certificate and no issuer of it")
    assert "Tests intermediate" in warning
    assert "fullchain.pem" in warning


BROKEN: dict[str, tuple[str, str, str]] = {
    "a certificate for other names": (
        pem(CA.leaf(KEY, ["mcp.example.org", "mcp-demo.mcp.example.org"]), CA.intermediate),
        key_pem(KEY),
        "mcpier:tls.certFile: expected a certificate for *.mcp.example.org, found "
        "mcp.example.org, mcp-demo.mcp.example.org. Have one issued for the wildcard name.",
    ),
    "another key": (
        CHAIN,
        key_pem(new_key()),
        "mcpier:tls.keyFile: expected the key of the first certificate in certFile, found "
        "another key. Name the key that the certificate was issued for.",
    ),
    "a key with a passphrase": (
        CHAIN,
        key_pem(KEY, "hunter2"),
        "mcpier:tls.keyFile: expected a PEM private key that is not encrypted, found 'a.key'. "
        "Give the key without a passphrase: openssl pkey -in <key> -out <new key>",
    ),
    "a certificate in place of the key": (
        CHAIN,
        CHAIN,
        "mcpier:tls.keyFile: expected a PEM private key that is not encrypted, found 'a.key'. "
        "Name the file with the certificate's private key, as PEM.",
    ),
    "a key in place of the certificate": (
        key_pem(KEY),
        key_pem(KEY),
        "mcpier:tls.certFile: expected PEM certificates, found 'a.crt'. "
        "Name the file with the server's certificate and its issuers, as PEM.",
    ),
    "a chain of strangers": (
        pem(LEAF, Authority(NOW).intermediate),
        key_pem(KEY),
        "mcpier:tls.certFile: expected certificate 2 of the file to have issued certificate 1, "
        "found CN=Tests intermediate. Put the server's certificate first and behind each one its "
        "issuer, as fullchain.pem has them.",
    ),
    "a chain without its middle": (
        pem(LEAF, CA.root),
        key_pem(KEY),
        "mcpier:tls.certFile: expected certificate 2 of the file to have issued certificate 1, "
        "found CN=Tests root. Put the server's certificate first and behind each one its "
        "issuer, as fullchain.pem has them.",
    ),
    "a certificate that has ended": (
        pem(CA.leaf(KEY, ["*.mcp.example.org"], days=-0.01), CA.intermediate),
        key_pem(KEY),
        "mcpier:tls.certFile: expected certificates that are still valid, found certificate 1 "
        "that ended on 2026-11-22. Renew it.",
    ),
    "a certificate of tomorrow": (
        pem(CA.leaf(KEY, ["*.mcp.example.org"], begins_in=1), CA.intermediate),
        key_pem(KEY),
        "mcpier:tls.certFile: expected certificates that are valid already, found certificate 1 "
        "that begins on 2026-11-23 11:00 UTC. Check this machine's clock.",
    ),
}


@pytest.mark.parametrize(("chain", "key", "message"), BROKEN.values(), ids=BROKEN)
def test_a_pair_that_cannot_be_served_is_refused_with_the_reason(
    chain: str, key: str, message: str, read_tls: Read
) -> None:
    assert told(lambda: read_tls(FILES, a_crt=chain, a_key=key)) == [message]


def test_a_chain_in_the_wrong_order_is_told_by_its_key_too(read_tls: Read) -> None:
    reversed_ = pem(CA.intermediate, LEAF)
    messages = told(lambda: read_tls(FILES, a_crt=reversed_, a_key=key_pem(KEY)))
    assert any("expected a certificate for *.mcp.example.org, found no name" in m for m in messages)
    assert any(
        "found that of a certificate further down. Put the server's own" in m for m in messages
    )


def test_files_and_config_are_told_about_at_once(read_tls: Read, config: dict[str, Any]) -> None:
    config["edge"]["httpPort"] = 0
    late = pem(CA.leaf(new_key(), ["*.other.example.org"], days=-0.01), CA.intermediate)
    messages = told(lambda: read_tls(FILES, a_crt=late, a_key=key_pem(KEY)))
    assert [message.partition(": ")[0] for message in messages] == [
        "mcpier:edge.httpPort",
        "mcpier:tls.certFile",
        "mcpier:tls.certFile",
        "mcpier:tls.keyFile",
    ]


def test_files_that_cannot_be_read_are_named_with_the_reason(read_tls: Read) -> None:
    denied = Unreadable(reason="permission denied")
    remedy = "Write its path, absolute or from the folder that holds Pulumi.yaml."
    assert told(lambda: read_tls(FILES, a_key=denied)) == [
        f"mcpier:tls.certFile: expected a file of PEM certificates, found 'a.crt' (no such file). "
        f"{remedy}",
        "mcpier:tls.keyFile: expected a file with the certificate's private key, found 'a.key' "
        f"(permission denied). {remedy}",
    ]


def test_files_that_are_not_named_are_asked_for(read_tls: Read) -> None:
    remedy = "Write its path, absolute or from the folder that holds Pulumi.yaml."
    assert told(lambda: read_tls({"mode": "files"})) == [
        f"mcpier:tls.certFile: expected a file of PEM certificates, found nothing. {remedy}",
        "mcpier:tls.keyFile: expected a file with the certificate's private key, found nothing. "
        f"{remedy}",
    ]


def test_the_files_to_read_are_those_that_the_section_names() -> None:
    tls = {"certFile": "b", "keyFile": "a", "caFile": 7, "hostDir": "/c"}
    assert named_files({"tls": tls}) == ["a", "b"]
    assert named_files({"tls": ["certFile"]}) == named_files({}) == []


def test_a_folder_of_certbot_is_seen_with_the_archive_behind_it(read_tls: Read) -> None:
    tls = read_tls({"mode": "files", "hostDir": "/etc/letsencrypt/live/mcp.example.org"}).tls
    assert isinstance(tls, HostDir)
    assert list(map(str, tls.mounted)) == [
        "/etc/letsencrypt/live/mcp.example.org",
        "/etc/letsencrypt/archive/mcp.example.org",
    ]


def test_another_folder_of_the_host_is_seen_alone(read_tls: Read) -> None:
    tls = read_tls({"mode": "files", "hostDir": "/srv/certificates"}).tls
    assert tls == HostDir(path=PurePosixPath("/srv/certificates"))
    assert tls.mounted == (PurePosixPath("/srv/certificates"),)


@pytest.mark.parametrize(
    "path", ["live/x", "/", "/etc/../root", "/a/.", "/a b", "/a,readonly=false", "/a/$(id)", 7]
)
def test_a_folder_of_the_host_is_a_plain_absolute_path(path: object, read_tls: Read) -> None:
    messages = told(lambda: read_tls({"mode": "files", "hostDir": path}))
    assert len(messages) == 1
    assert "mcpier:tls.hostDir: expected an absolute path on the Docker host" in messages[0]


def test_a_folder_and_files_exclude_each_other(read_tls: Read) -> None:
    messages = told(lambda: read_tls(FILES | {"hostDir": "/a"}, a_crt=CHAIN, a_key=key_pem(KEY)))
    assert [message.partition(":  ")[0].split(": ")[0] for message in messages] == [
        "mcpier:tls.certFile",
        "mcpier:tls.keyFile",
    ]


ACME = {"mode": "acme", "email": "ops@example.org", "dnsProvider": "cloudflare"}


def test_acme_asks_lets_encrypt_unless_told_otherwise(read_tls: Read) -> None:
    secrets = {"acme": {"CF_DNS_API_TOKEN": "canary"}}
    spec = read_tls(ACME, secrets)
    assert spec.tls == Acme(
        email="ops@example.org",
        dns_provider="cloudflare",
        ca_server="https://acme-v02.api.letsencrypt.org/directory",
        ca=None,
        disable_checks=False,
        delay_before_checks=0,
        credentials=("CF_DNS_API_TOKEN",),
    )
    assert "canary" not in repr(spec)


def test_acme_takes_a_server_of_ones_own(read_tls: Read) -> None:
    propagation = {"disableChecks": True, "delayBeforeChecks": 20}
    own = {
        "caServer": "https://127.0.0.1:14000/dir",
        "caFile": "ca.pem",
        "propagation": propagation,
    }
    tls = read_tls(ACME | own, ca_pem=pem(CA.root)).tls
    assert isinstance(tls, Acme)
    assert (tls.ca_server, tls.ca) == ("https://127.0.0.1:14000/dir", pem(CA.root))
    assert (tls.disable_checks, tls.delay_before_checks) == (True, 20)


def test_every_mistake_of_acme_is_told_at_once(read_tls: Read) -> None:
    wrong = {
        "mode": "acme",
        "email": "ops",
        "dnsProvider": "Cloud flare",
        "caServer": "http://ca.example.org/dir",
        "caFile": "ca.pem",
        "propagation": {"disableChecks": "yes", "delayBeforeChecks": -1, "delay": 3},
    }
    secrets = {"acme": {"cf-token": "canary1", "CF_A": 4711}}
    messages = told(lambda: read_tls(wrong, secrets, ca_pem="canary2"))
    assert [message.partition(": ")[0] for message in messages] == [
        "mcpier:secrets.acme.CF_A",
        "mcpier:secrets.acme.cf-token",
        "mcpier:tls.caFile",
        "mcpier:tls.caServer",
        "mcpier:tls.dnsProvider",
        "mcpier:tls.email",
        "mcpier:tls.propagation.delay",
        "mcpier:tls.propagation.delayBeforeChecks",
        "mcpier:tls.propagation.disableChecks",
    ]
    assert not [message for message in messages if "canary" in message or "4711" in message]


def test_secrets_that_nothing_reads_are_refused(read_tls: Read) -> None:
    assert told(lambda: read_tls({}, {"acne": "canary"})) == [
        "mcpier:secrets.acne: expected a known key, found text. Did you mean acme?"
    ]


def test_credentials_may_stay_while_another_mode_is_tried(read_tls: Read) -> None:
    assert read_tls({}, {"acme": {"CF_DNS_API_TOKEN": "canary"}})


def test_variables_of_a_provider_are_read_from_files_under_one_file_suffix(read_tls: Read) -> None:
    given = {"AWS_HOSTED_ZONE_ID": "Z1", "AWS_SHARED_CREDENTIALS_FILE": "[default]\nregion = a\n"}
    tls = read_tls(ACME | {"dnsProvider": "route53"}, {"acme": given}).tls
    assert isinstance(tls, Acme)
    assert acme_environment(tls) == {
        "AWS_HOSTED_ZONE_ID_FILE": "/run/secrets/acme/AWS_HOSTED_ZONE_ID",
        "AWS_SHARED_CREDENTIALS_FILE": "/run/secrets/acme/AWS_SHARED_CREDENTIALS_FILE",
    }


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_SESSION_TOKEN"])
def test_what_only_the_aws_sdk_reads_is_refused_with_the_file_that_it_takes(
    name: str, read_tls: Read
) -> None:
    assert told(
        lambda: read_tls(ACME | {"dnsProvider": "route53"}, {"acme": {name: "canary"}})
    ) == [
        f"mcpier:secrets.acme.{name}: expected a variable that can be read from a file, found "
        f"{name}. Give AWS_SHARED_CREDENTIALS_FILE instead; its value is what a credentials file "
        "holds. Type: pulumi config set --secret --path "
        "'mcpier:secrets.acme.AWS_SHARED_CREDENTIALS_FILE'"
    ]


def test_credentials_that_are_no_mapping_are_told_of_once(read_tls: Read) -> None:
    assert told(lambda: read_tls(ACME, {"acme": "canary"})) == [
        "mcpier:secrets.acme: expected a mapping, found text. Write one `key: value` a line "
        "below it."
    ]


def test_a_variable_and_the_file_in_its_place_exclude_each_other(read_tls: Read) -> None:
    both = {"CF_DNS_API_TOKEN": "canary", "CF_DNS_API_TOKEN_FILE": "canary"}
    assert told(lambda: read_tls(ACME, {"acme": both})) == [
        "mcpier:secrets.acme.CF_DNS_API_TOKEN: expected either CF_DNS_API_TOKEN or "
        "CF_DNS_API_TOKEN_FILE, found both. Remove one of them."
    ]


@pytest.mark.parametrize(
    ("tls", "port", "trusted"),
    [
        ({"mode": "self-signed"}, 443, False),
        ({"mode": "files", "hostDir": "/a"}, 443, True),
        ({"mode": "files", "hostDir": "/a"}, 8443, False),
        (ACME, 443, True),
        (ACME | {"caFile": "ca.pem"}, 443, False),
    ],
)
def test_only_a_public_certificate_on_443_counts_as_trusted(
    tls: dict[str, Any], port: int, trusted: bool, read_tls: Read, config: dict[str, Any]
) -> None:
    config["edge"]["httpsPort"] = port
    assert read_tls(tls, ca_pem=pem(CA.root)).publicly_trusted is trusted
