"""The CA and wildcard certificate of a self-signed stack, as a pure function of its root secret.

Keys are derived and signatures deterministic (RFC 6979), so that a second run gives the same bytes
and the state needs to keep none of them.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from components.core.secrets import Root

# The order of the group of P-256 (FIPS 186-5): private keys lie below it.
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
CA_DAYS = 3650
# Some clients refuse leaves of more than 398 days.
LEAF_DAYS = 397
CLOCK_SKEW = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Certificates:
    """PEM texts; `chain` is the wildcard leaf followed by the CA."""

    ca: str
    chain: str
    key: str = field(repr=False)


def issue(root: Root, domain: str, *, generation: int, issued_at: int) -> Certificates:
    """Issues the leaf of a generation for `*.<domain>`; `issued_at` is Unix time."""
    ca_key = _key(root, "ca", domain)
    leaf_key = _key(root, "leaf", domain, str(generation))
    name = f"mcpier CA of {domain}"[:64]
    ca = _sign(_ca(root, domain, name, ca_key), ca_key)
    leaf = _sign(_leaf(root, domain, name, leaf_key, ca_key, (generation, issued_at)), ca_key)
    return Certificates(ca=ca, chain=leaf + ca, key=_private_pem(leaf_key))


def _key(root: Root, *names: str) -> ec.EllipticCurvePrivateKey:
    number = int.from_bytes(root.derive(*names, "key") + root.derive(*names, "key", "more"))
    return ec.derive_private_key(number % (P256_ORDER - 1) + 1, ec.SECP256R1())


def _ca(
    root: Root, domain: str, name: str, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    start = datetime.fromtimestamp(root.drawn_at, UTC) - CLOCK_SKEW
    builder = _certificate(name, name, key.public_key(), start, CA_DAYS, root.derive("ca", domain))
    return (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        # Whoever imports the CA trusts it for this domain only.
        .add_extension(
            x509.NameConstraints(permitted_subtrees=[x509.DNSName(domain)], excluded_subtrees=None),
            critical=True,
        )
    )


def _leaf(
    root: Root,
    domain: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    ca_key: ec.EllipticCurvePrivateKey,
    issue: tuple[int, int],
) -> x509.CertificateBuilder:
    generation, issued_at = issue
    start = datetime.fromtimestamp(issued_at, UTC) - CLOCK_SKEW
    serial = root.derive("leaf", domain, str(generation), str(issued_at))
    builder = _certificate(f"*.{domain}"[:64], issuer, key.public_key(), start, LEAF_DAYS, serial)
    names = x509.SubjectAlternativeName([x509.DNSName(f"*.{domain}"), x509.DNSName(domain)])
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(names, critical=False)
        .add_extension(authority, critical=False)
    )


def _certificate(
    subject: str,
    issuer: str,
    public_key: ec.EllipticCurvePublicKey,
    start: datetime,
    days: int,
    serial: bytes,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(public_key)
        # 20 bytes at most, and positive (RFC 5280 4.1.2.2).
        .serial_number(int.from_bytes(serial[:19]) + 1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _sign(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> str:
    certificate = builder.sign(key, hashes.SHA256(), ecdsa_deterministic=True)
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _private_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
