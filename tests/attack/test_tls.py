"""Whom the edge speaks TLS with, and which."""

import ssl
import warnings

import pytest

from tests.attack.edge import Edge
from tests.attack.stack import DOMAIN, PLACE
from tests.attack.wire import connect, secure


@pytest.mark.parametrize("name", ["nowhere.example", f"{DOMAIN}.example", f"a.b.{DOMAIN}", None])
def test_who_asks_by_another_name_or_none_is_told_no_certificate(
    edge: Edge, name: str | None
) -> None:
    """Scanners of addresses ask so."""
    with connect(PLACE.https_port) as plain, pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
        secure(plain, edge.trust, name)


def test_no_tls_before_1_2_is_spoken(edge: Edge) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    # By default this machine's own library would not ask.
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with connect(PLACE.https_port) as plain, pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
        secure(plain, old, f"mcp-echo.{DOMAIN}")
