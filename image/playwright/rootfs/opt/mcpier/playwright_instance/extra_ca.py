"""Makes the browser, and what runs on Node, trust further certificate authorities."""

import json
import re
import ssl
from pathlib import Path

POLICIES = Path("/run/mcpier/policies/managed")
BUNDLE = Path("/run/mcpier/ca-certificates.crt")
SYSTEM_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----")


def problem(pem: str) -> str | None:
    """Refuse what OpenSSL does not read as certificates; nothing asks for nothing."""
    if not pem:
        return None
    try:
        ssl.create_default_context(cadata=pem)
    except ssl.SSLError as error:
        # OpenSSL gives no reason for some, such as a certificate that is cut off.
        told = error.reason or error
        return f"MCPIER_EXTRA_CA cannot be read ({told}); expected certificates in PEM"
    return None


def install(pem: str, policies: Path = POLICIES, bundle: Path = BUNDLE) -> dict[str, str]:
    """Write the browser's policy and Node's bundle; return the variables that name them.

    The policy spares certutil and its database: Chromium takes roots from it since version 128.
    """
    if not pem:
        return {}
    policies.mkdir(parents=True)
    certificates = ["".join(body.split()) for body in CERTIFICATE.findall(pem)]
    (policies / "extra-ca.json").write_text(json.dumps({"CACertificates": certificates}))
    bundle.write_text(f"{SYSTEM_BUNDLE.read_text()}\n{pem}\n")
    return {"NODE_EXTRA_CA_CERTS": str(bundle)}
