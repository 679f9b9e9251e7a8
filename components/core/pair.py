"""A certificate chain with its key: what must hold before they are served. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

NEAR = timedelta(days=30)

# What was expected, what was found, what to do.
Finding = tuple[str, str, str]


def read_chain(text: str) -> list[x509.Certificate]:
    """The certificates of a PEM text; none where it holds no good one."""
    try:
        return x509.load_pem_x509_certificates(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        return []


def read_key(text: str) -> PrivateKeyTypes | None:
    """The private key of a PEM text; None where it holds none, or an encrypted one."""
    try:
        return load_pem_private_key(text.encode(), None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        return None


def key_finding(chain: Sequence[x509.Certificate], key: PrivateKeyTypes) -> Finding | None:
    """What is wrong with the key as that of the chain's first certificate."""
    public = key.public_key()
    if chain[0].public_key() == public:
        return None
    if any(certificate.public_key() == public for certificate in chain[1:]):
        found = "that of a certificate further down"
        remedy = "Put the server's own certificate first in certFile, then its issuers in order."
    else:
        found, remedy = "another key", "Name the key that the certificate was issued for."
    return "the key of the first certificate in certFile", found, remedy


def chain_findings(
    chain: Sequence[x509.Certificate], domain: str, now: datetime
) -> Iterator[Finding]:
    """What is wrong with a chain that is to be served for `*.<domain>`."""
    names = dns_names(chain[0])
    if f"*.{domain}" not in names:
        found = ", ".join(names[:5]) or "no name"
        yield f"a certificate for *.{domain}", found, "Have one issued for the wildcard name."
    for place, (lower, upper) in enumerate(pairwise(chain), start=1):
        if not _issued_by(lower, upper):
            yield (
                f"certificate {place + 1} of the file to have issued certificate {place}",
                upper.subject.rfc4514_string() or "a certificate without a name",
                "Put the server's certificate first and behind each one its issuer, as "
                "fullchain.pem has them.",
            )
    for place, certificate in enumerate(chain, start=1):
        if certificate.not_valid_after_utc <= now:
            ended = f"certificate {place} that ended on {certificate.not_valid_after_utc:%Y-%m-%d}"
            yield "certificates that are still valid", ended, "Renew it."
        if certificate.not_valid_before_utc > now:
            begins = f"{certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
            found = f"certificate {place} that begins on {begins}"
            yield "certificates that are valid already", found, "Check this machine's clock."


def near_end(chain: Sequence[x509.Certificate], now: datetime) -> str | None:
    """A sentence about a chain that ends within 30 days."""
    end = min(certificate.not_valid_after_utc for certificate in chain)
    left = end - now
    if left > NEAR:
        return None
    return f"the certificate ends on {end:%Y-%m-%d}, in {left.days} days: renew it"


def without_issuer(chain: Sequence[x509.Certificate]) -> str | None:
    """A sentence about a certificate that is served alone, and that another one has issued."""
    first, *others = chain
    if others or first.issuer == first.subject:
        return None
    return (
        "one certificate and no issuer of it: clients that do not have the certificate of "
        f"{first.issuer.rfc4514_string()} refuse it. Put its issuers behind it, as fullchain.pem "
        "has them"
    )


def dns_names(certificate: x509.Certificate) -> list[str]:
    """The DNS names that a certificate vouches for, in lower case."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return []
    return [name.lower() for name in names.value.get_values_for_type(x509.DNSName)]


def _issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, TypeError, ValueError, UnsupportedAlgorithm):
        return False
    return True
