"""What Traefik says of a client's request, parsed once.

Traefik, told `trustForwardHeader: false`, replaces every `X-Forwarded-*` header that a client
sends by one of its own; a host or a target that is there twice was not written by Traefik, and the
request is for none of our hosts.
"""

from collections.abc import Iterable
from typing import NamedTuple

from authgate.hosts import Hosts, InstanceHost

# The longest text of an address: an IPv4-mapped IPv6 address.
_LONGEST_ADDRESS = 45
_NOWHERE = (b"",)
# The headers that are read; the others need not be kept.
READ = frozenset(
    {
        b"authorization",
        b"cookie",
        b"origin",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-uri",
    }
)


class ForwardedRequest(NamedTuple):
    """A client's request; `host` is None when it is not one of ours, `path` has no query."""

    host: InstanceHost | None
    path: bytes
    address: str
    origins: tuple[bytes, ...]
    authorizations: tuple[bytes, ...]
    cookies: bytes


def parse_forwarded(headers: Iterable[tuple[bytes, bytes]], hosts: Hosts) -> ForwardedRequest:
    """Parses the headers of a ForwardAuth request, names in lower case; never fails."""
    found: dict[bytes, tuple[bytes, ...]] = {}
    for name, value in headers:
        if name in READ:
            found[name] = (*found[name], value) if name in found else (value,)
    names = found.get(b"x-forwarded-host", ())
    targets = found.get(b"x-forwarded-uri", ())
    return ForwardedRequest(
        host=hosts.parse(names[0]) if len(names) == 1 and len(targets) < 2 else None,
        path=targets[0].partition(b"?")[0] if len(targets) == 1 else b"",
        address=_address(found.get(b"x-forwarded-for", _NOWHERE)[-1]),
        origins=found.get(b"origin", ()),
        authorizations=found.get(b"authorization", ()),
        cookies=b"; ".join(found.get(b"cookie", ())),
    )


def parse_for_host(
    headers: Iterable[tuple[bytes, bytes]], hosts: Hosts
) -> tuple[ForwardedRequest, InstanceHost]:
    """The same for a request that is known to be for one of our hosts."""
    request = parse_forwarded(headers, hosts)
    assert request.host is not None, "only requests to our hosts are sent here"
    return request, request.host


def _address(value: bytes) -> str:
    # The last entry is the peer that Traefik itself saw.
    last = value.rpartition(b",")[2].strip()
    return last.decode("ascii", "replace")[:_LONGEST_ADDRESS]
