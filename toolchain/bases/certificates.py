"""The certificate authorities that this machine trusts beyond Debian's own."""

import os
import re
import ssl
from collections.abc import Iterable, Mapping
from pathlib import Path

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
# Debian, Ubuntu, Arch and Alpine; Fedora and its kin; openSUSE.
_SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
)
_BUNDLE_VARIABLES = ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "PIP_CERT", "REQUESTS_CA_BUNDLE")
_DEBIAN_STOCK = Path("/usr/share/ca-certificates/mozilla")


def certificates_in(pem: str) -> list[bytes]:
    """The certificates of a PEM bundle as DER; what stands between them is ignored."""
    return [ssl.PEM_cert_to_DER_cert(block) for block in _PEM.findall(pem)]


def extra_certificates(bundles: Iterable[str], stock: Iterable[str]) -> list[bytes]:
    """The certificates of `bundles` that are not in `stock`: PEM in; DER out, sorted, each once."""
    known = {der for pem in stock for der in certificates_in(pem)}
    return sorted({der for pem in bundles for der in certificates_in(pem)} - known)


def machine_certificates(environment: Mapping[str, str] = os.environ) -> list[bytes]:
    """What this machine's bundles hold beyond its own ca-certificates package (DER, sorted)."""
    named = [environment[name] for name in _BUNDLE_VARIABLES if environment.get(name)]
    paths = dict.fromkeys(Path(name).resolve() for name in (*_SYSTEM_BUNDLES, *named))
    bundles = [_text(path) for path in paths if path.is_file()]
    return extra_certificates(bundles, map(_text, sorted(_DEBIAN_STOCK.glob("*.crt"))))


def write_certificates(certificates: Iterable[bytes], folder: Path) -> None:
    """Write each certificate (DER) as a PEM file of its own, as update-ca-certificates wants it."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, der in enumerate(certificates, start=1):
        (folder / f"machine-{number}.crt").write_text(ssl.DER_cert_to_PEM_cert(der))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
