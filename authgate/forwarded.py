"""What Traefik says of a client's request, parsed once.

Traefik, told `trustForwardHeader: false`, replaces every `X-Forwarded-*` header that a client
sends by one of its own; a header that is there twice was not written by Traefik and is refused.
"""

from collections.abc import Iterable
from typing import NamedTuple

from authgate.hosts import Hosts, InstanceHost

# The longest text of an address: an IPv4-mapped IPv6 address.
_LONGEST_ADDRESS = 45


class ForwardedRequest(NamedTuple):
    """A client's request; `host` is None when it names no instance, `path` has no query."""

    host: InstanceHost | None
    path: bytes
    address: str
    origins: tuple[bytes, ...]
    authorizations: tuple[bytes, ...]
    cookies: bytes


def parse_forwarded(headers: Iterable[tuple[bytes, bytes]], hosts: Hosts) -> ForwardedRequest:
    """Parses the headers of a ForwardAuth request, names in lower case; never fails."""
    names: list[bytes] = []
    targets: list[bytes] = []
    address = b""
    origins: tuple[bytes, ...] = ()
    authorizations: tuple[bytes, ...] = ()
    cookies: list[bytes] = []
    for name, value in headers:
        if name == b"authorization":
            authorizations += (value,)
        elif name == b"x-forwarded-host":
            names.append(value)
        elif name == b"x-forwarded-uri":
            targets.append(value)
        elif name == b"x-forwarded-for":
            address = value
        elif name == b"origin":
            origins += (value,)
        elif name == b"cookie":
            cookies.append(value)
    host = hosts.parse(names[0]) if len(names) == 1 else None
    path = targets[0].partition(b"?")[0] if len(targets) == 1 else b""
    return ForwardedRequest(
        host, path, _address(address), origins, authorizations, b"; ".join(cookies)
    )


def parse_for_instance(
    headers: Iterable[tuple[bytes, bytes]], hosts: Hosts
) -> tuple[ForwardedRequest, InstanceHost]:
    """The same for a request that is known to be for an instance's host."""
    request = parse_forwarded(headers, hosts)
    assert request.host is not None, "only requests to an instance's host are sent here"
    return request, request.host


def _address(value: bytes) -> str:
    # The last entry is the peer that Traefik itself saw.
    last = value.rpartition(b",")[2].strip()
    return last.decode("ascii", "replace")[:_LONGEST_ADDRESS]
