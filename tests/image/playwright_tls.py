"""A certificate authority of the tests' own, and a page that its certificate vouches for."""

import datetime
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.image.playwright_pages import Pages

LIFE = datetime.timedelta(days=30)


class SecurePages(Pages):
    """The pages over TLS, under a CA whose certificate is `ca`."""

    scheme = "https"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A CA of the tests")])
        signed = _certificate(name, name, self.key.public_key(), ca=True).sign(
            self.key, hashes.SHA256()
        )
        self.name, self.ca = name, signed.public_bytes(serialization.Encoding.PEM).decode()

    def __enter__(self) -> "SecurePages":
        super().__enter__()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._pair())
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        return self

    def _pair(self) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A page of the tests")])
        signed = (
            _certificate(subject, self.name, key.public_key(), ca=False)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(self.host))]),
                critical=False,
            )
            .sign(self.key, hashes.SHA256())
        )
        file = self.folder / "pair.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + signed.public_bytes(serialization.Encoding.PEM)
        )
        return file


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, ca: bool
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - LIFE)
        .not_valid_after(now + LIFE)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
