"""A certificate authority of the tests: what a user has who brings a certificate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey


def new_key() -> Key:
    """A key on P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def pem(*certificates: x509.Certificate) -> str:
    """Certificates, one behind the other."""
    parts = (item.public_bytes(serialization.Encoding.PEM) for item in certificates)
    return b"".join(parts).decode()


def key_pem(key: Key, passphrase: str = "") -> str:
    """A private key, encrypted where there is a passphrase."""
    encryption = (
        serialization.BestAvailableEncryption(passphrase.encode())
        if passphrase
        else serialization.NoEncryption()
    )
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, encryption).decode()


@dataclass(frozen=True)
class Authority:
    """A root and an intermediate, valid from an hour before `now`."""

    now: datetime

    @cached_property
    def _root_key(self) -> Key:
        return new_key()

    @cached_property
    def _intermediate_key(self) -> Key:
        return new_key()

    @cached_property
    def root(self) -> x509.Certificate:
        """The certificate that clients trust."""
        builder = self._builder("Tests root", "Tests root", self._root_key, 3650)
        return _signed(_ca(builder), self._root_key)

    @cached_property
    def intermediate(self) -> x509.Certificate:
        """The certificate between the root and the leaves."""
        builder = self._builder("Tests intermediate", "Tests root", self._intermediate_key, 3650)
        return _signed(_ca(builder), self._root_key)

    def leaf(
        self, key: Key, names: Sequence[str], days: float = 90, begins_in: float = 0
    ) -> x509.Certificate:
        """A certificate of the intermediate's for these names and addresses."""
        builder = self._builder(names[0], "Tests intermediate", key, days, begins_in)
        entries = x509.SubjectAlternativeName(list(map(_general_name, names)))
        return _signed(builder.add_extension(entries, critical=False), self._intermediate_key)

    def pair(self, *names: str, days: float = 90) -> tuple[str, str]:
        """A chain as `fullchain.pem` has it, and its key."""
        key = new_key()
        return pem(self.leaf(key, names, days), self.intermediate), key_pem(key)

    def _builder(
        self, subject: str, issuer: str, key: Key, days: float, begins_in: float = 0
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(_name(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now + timedelta(days=begins_in, hours=-1))
            .not_valid_after(self.now + timedelta(days=days))
        )


def present_authority() -> Authority:
    """An authority whose certificates are good now."""
    return Authority(datetime.now(UTC))


def _ca(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    return builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)


def _signed(builder: x509.CertificateBuilder, key: Key) -> x509.Certificate:
    return builder.sign(key, hashes.SHA256())


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
