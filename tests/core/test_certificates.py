"""Certificates of a self-signed stack, judged by an independent verifier."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from components.core.certificates import Certificates, issue
from components.core.secrets import Root

DRAWN = 1_790_000_000
ROOT = Root(key=bytes(range(32)), drawn_at=DRAWN)
DOMAIN = "mcp.example.org"


@pytest.fixture(scope="module")
def issued() -> Certificates:
    return issue(ROOT, DOMAIN, generation=1, issued_at=DRAWN)


def chain(issued: Certificates) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(issued.chain.encode())


def verify(issued: Certificates, host: str, at: int = DRAWN) -> list[x509.Certificate]:
    """The chain that a client trusting only the CA accepts for a host."""
    store = Store([x509.load_pem_x509_certificate(issued.ca.encode())])
    policy = PolicyBuilder().store(store).time(datetime.fromtimestamp(at, UTC))
    leaf, *others = chain(issued)
    return policy.build_server_verifier(x509.DNSName(host)).verify(leaf, others)


@pytest.mark.parametrize("host", ["mcp-demo.mcp.example.org", "vnc-a.mcp.example.org", DOMAIN])
def test_the_leaf_is_good_for_hosts_of_the_domain(issued: Certificates, host: str) -> None:
    assert verify(issued, host) == chain(issued)


@pytest.mark.parametrize(
    "host", ["mcp-demo.other.example.org", "example.org", "a.b.mcp.example.org"]
)
def test_the_leaf_is_not_good_for_other_hosts(issued: Certificates, host: str) -> None:
    with pytest.raises(VerificationError):
        verify(issued, host)


def test_the_ca_is_trusted_for_its_own_domain_only(issued: Certificates) -> None:
    ca = x509.load_pem_x509_certificate(issued.ca.encode())
    constraints = ca.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    assert constraints.value.permitted_subtrees == [x509.DNSName(DOMAIN)]


def test_the_key_belongs_to_the_leaf(issued: Certificates) -> None:
    key = load_pem_private_key(issued.key.encode(), None)
    assert key.public_key() == chain(issued)[0].public_key()


def test_two_runs_give_the_same_bytes(issued: Certificates) -> None:
    assert issue(ROOT, DOMAIN, generation=1, issued_at=DRAWN) == issued


def test_another_generation_has_another_key_under_the_same_ca(issued: Certificates) -> None:
    renewed = issue(ROOT, DOMAIN, generation=2, issued_at=DRAWN + 1)
    assert renewed.ca == issued.ca
    assert chain(renewed)[0].public_key() != chain(issued)[0].public_key()
    assert verify(renewed, "mcp-demo.mcp.example.org", DRAWN + 1)


def test_another_root_or_domain_has_another_ca(issued: Certificates) -> None:
    other = Root(key=bytes(32), drawn_at=DRAWN)
    assert issue(other, DOMAIN, generation=1, issued_at=DRAWN).ca != issued.ca
    assert issue(ROOT, "b.example.org", generation=1, issued_at=DRAWN).ca != issued.ca


def test_a_leaf_lives_no_longer_than_clients_allow(issued: Certificates) -> None:
    leaf, ca = chain(issued)
    life = leaf.not_valid_after_utc - leaf.not_valid_before_utc
    assert timedelta(days=300) < life <= timedelta(days=398)
    assert ca.not_valid_after_utc > leaf.not_valid_after_utc


def test_a_clock_that_is_an_hour_slow_takes_a_new_certificate(issued: Certificates) -> None:
    assert verify(issued, DOMAIN, DRAWN - 3600)
    with pytest.raises(VerificationError):
        verify(issued, DOMAIN, DRAWN - 3601)


def test_a_long_domain_has_a_certificate_too() -> None:
    domain = ".".join(["a" * 60] * 3)
    long = issue(ROOT, domain, generation=1, issued_at=DRAWN)
    assert verify(long, f"mcp-demo.{domain}")


def test_certificates_do_not_show_their_key(issued: Certificates) -> None:
    assert "PRIVATE KEY" in issued.key
    assert "PRIVATE KEY" not in repr(issued)
