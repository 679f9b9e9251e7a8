"""When the certificate ends that the edge serves."""

import asyncio
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from portal.errors import Trouble
from portal.settings import Address

TIMEOUT = 3.0
# Seconds for which it is not asked again: it changes seldom. Where it could not be had, somebody
# may be mending just that.
FRESH, FRESH_TROUBLE = 60.0, 10.0
# verify(1): X509_V_ERR_CERT_HAS_EXPIRED.
_EXPIRED = 10


@dataclass(frozen=True)
class Certificate:
    """`ends` is the last moment at which it is good, None if that has passed."""

    ends: datetime | None


class ServedCertificate:
    """Asks the edge at an address, once a minute at most; six times where there is trouble."""

    def __init__(self, edge: Address) -> None:
        self._edge = edge
        self._found: dict[str, tuple[float, Certificate | Trouble]] = {}

    async def of(self, host: str) -> Certificate:
        """The certificate of a host; raises Trouble."""
        ends, found = self._found.get(host, (0.0, None))
        if found is None or time.monotonic() > ends:
            try:
                found = await asyncio.to_thread(read_certificate, self._edge, host)
            except Trouble as trouble:
                found = trouble
            fresh = FRESH_TROUBLE if isinstance(found, Trouble) else FRESH
            self._found = {host: (time.monotonic() + fresh, found)}
        if isinstance(found, Trouble):
            raise Trouble(str(found))
        return found


def read_certificate(edge: Address, host: str) -> Certificate:
    """The certificate that an edge serves for a host, whoever has signed it; raises Trouble.

    The standard library tells of a certificate only if it is trusted: so it is asked for, and then
    trusted, by itself, for a second look.
    """
    try:
        unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
        with _connected(unverified, edge, host) as connection:
            served = connection.getpeercert(binary_form=True) or b""
        itself = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        itself.load_verify_locations(cadata=served)
        itself.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        with _connected(itself, edge, host) as connection:
            told = connection.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        if error.verify_code == _EXPIRED:
            return Certificate(None)
        raise Trouble(f"the certificate of {host} is not good: {error.verify_message}") from error
    except OSError as error:
        raise Trouble(f"the edge does not answer for {host}") from error
    ends = ssl.cert_time_to_seconds(str(told["notAfter"]))
    return Certificate(datetime.fromtimestamp(ends, UTC))


@contextmanager
def _connected(context: ssl.SSLContext, edge: Address, host: str) -> Iterator[ssl.SSLSocket]:
    with (
        socket.create_connection(edge, timeout=TIMEOUT) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        yield secure
