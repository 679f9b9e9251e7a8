"""From the host of a request to the instance it means, or to the portal beside the instances."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

# `mcp-<id>` is one DNS label: 63 characters at most, 59 of them for the id.
INSTANCE_ID = r"[a-z0-9-]{1,59}"
# What the portal's record is called; no instance's id holds an underscore.
PORTAL_ID = "_portal"
_REMEMBERED = 4096
# 253 characters of a name (RFC 1035, section 2.3.4), a final dot and a port.
_LONGEST = 260


class Kind(StrEnum):
    """What a host serves: an instance's MCP or live view, or the portal."""

    MCP = "mcp"
    VNC = "vnc"
    APP = "app"


# Every decision asks for these, and Python 3.11 finds a member of an Enum by a function of
# Enum's, written in Python.
MCP = Kind.MCP
VNC = Kind.VNC


@dataclass(frozen=True)
class InstanceHost:
    """A host name, without its domain; the portal's stands for `PORTAL_ID`."""

    kind: Kind
    id: str

    @cached_property
    def label(self) -> str:
        """The first label of the name, such as `mcp-demo`: also the challenge's realm."""
        return self.kind if self.kind is Kind.APP else f"{self.kind}-{self.id}"


PORTAL = InstanceHost(Kind.APP, PORTAL_ID)


class Hosts:
    """Reads and writes the host names of one domain.

    `public_port` is the port in public URLs; it stands in origins unless it is 443.
    """

    def __init__(self, domain: str, public_port: int) -> None:
        self._suffix = f".{domain}" + ("" if public_port == 443 else f":{public_port}")
        # Traefik's `Host()` takes any case, a trailing dot and any port for the same host.
        self._name = re.compile(
            rf"(?:app|(mcp|vnc)-({INSTANCE_ID}))\.{re.escape(domain)}\.?(?::[0-9]{{1,5}})?".encode()
        )
        # Clients ask for the same few hosts over and over.
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._parse)

    def parse(self, host: bytes) -> InstanceHost | None:
        """The instance a `Host` value means, or None when it names none."""
        # Whatever a client sends may be remembered: it must be small.
        return self._remembered(host) if len(host) <= _LONGEST else None

    def _parse(self, host: bytes) -> InstanceHost | None:
        match = self._name.fullmatch(host.lower())
        if match is None:
            return None
        if match[1] is None:
            return PORTAL
        kind = Kind.MCP if match[1] == b"mcp" else Kind.VNC
        return InstanceHost(kind, match[2].decode())

    def origin(self, host: InstanceHost) -> bytes:
        """The host's own origin, as a browser writes it."""
        return f"https://{host.label}{self._suffix}".encode()
