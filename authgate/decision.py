"""The decision on a request: one pure function, no clock, no disk."""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple

from authgate.forwarded import ForwardedRequest
from authgate.hosts import MCP, PORTAL, VNC, Hosts, InstanceHost
from authgate.model import NO_INSTANCE, Grant, Record, Token
from authgate.sessions import Sessions, read
from authgate.tokens import Unusable, find_token, read_bearer


class Reason(StrEnum):
    """Why a request is allowed or refused: the word in logs and metrics."""

    # Every decision is counted by its reason, and Enum's own hash is written in Python.
    __hash__ = str.__hash__

    ALLOWED = "allowed"
    MISSING = "missing_token"
    NOT_BEARER = "not_bearer"
    MALFORMED = "malformed"
    WRONG_TOKEN = "wrong_token"
    EXPIRED_TOKEN = "expired_token"
    WRONG_TICKET = "wrong_ticket"
    EXPIRED_TICKET = "expired_ticket"
    USED_TICKET = "used_ticket"
    THROTTLED = "throttled"
    FOREIGN_ORIGIN = "foreign_origin"
    NO_SESSION = "no_session"
    NO_OAUTH = "no_oauth"
    NOT_AN_INSTANCE = "not_an_instance"
    OWN_TROUBLE = "own_trouble"


# As `hosts.MCP`.
ALLOWED = Reason.ALLOWED
# A guess at a secret: what the limits count.
GUESSES = frozenset({Reason.WRONG_TOKEN, Reason.EXPIRED_TOKEN, Reason.WRONG_TICKET})
_MCP_GRANTS = frozenset({Grant.MCP})

_UNUSABLE = {
    Unusable.MISSING: Reason.MISSING,
    Unusable.NOT_BEARER: Reason.NOT_BEARER,
    Unusable.MALFORMED: Reason.MALFORMED,
}


class Decision(NamedTuple):
    """`token` is that of an allowed request, or of one that came too late."""

    reason: Reason
    token: Token | None = None
    retry_after: int = 0

    @property
    def client(self) -> str:
        """The token's name, empty where there is none."""
        return self.token.name if self.token else ""


def decide(
    hosts: Hosts,
    request: ForwardedRequest,
    record: Record | None,
    sessions: Sessions,
    now: float,
) -> Decision:
    """Decides by the record of the request's instance, which is None for an unknown one.

    `now` is in seconds since 1970; `sessions` is not asked for MCP.
    """
    if request.host is None or (request.host is PORTAL and record is None):
        return Decision(Reason.NOT_AN_INSTANCE)
    known = record or NO_INSTANCE
    if not _origins_allowed(hosts, request, request.host, known):
        return Decision(Reason.FOREIGN_ORIGIN)
    if request.host.kind is MCP:
        return _decide_mcp(request, known, now)
    return _decide_session(request, known, sessions, now)


def origin_allowed(hosts: Hosts, origin: bytes, host: InstanceHost, record: Record) -> bool:
    """Whether pages of this origin may call the host: its own, or on its list for MCP."""
    if origin == hosts.origin(host):
        return True
    return host.kind is MCP and origin in record.origins


def from_own_page(hosts: Hosts, request: ForwardedRequest, host: InstanceHost) -> bool:
    """Whether a page of the host itself sent the request: what a form must be."""
    return request.origins == (hosts.origin(host),)


def decide_presented(
    record: Record, presented: bytes, grants: Collection[Grant], now: float
) -> Decision:
    """Decides on a token alone, whichever way it came."""
    token = find_token(record.tokens, presented, grants)
    if token is None:
        return Decision(Reason.WRONG_TOKEN)
    return decide_token(token, now)


def decide_token(token: Token, now: float) -> Decision:
    """Decides on a token that was shown, or that a ticket stands for."""
    if token.expires is not None and token.expires <= now:
        return Decision(Reason.EXPIRED_TOKEN, token)
    return Decision(ALLOWED, token)


def _origins_allowed(
    hosts: Hosts, request: ForwardedRequest, host: InstanceHost, record: Record
) -> bool:
    if not request.origins:
        # Browsers always name the origin of a WebSocket, and websockify never asks.
        return not (host.kind is VNC and request.path == b"/websockify")
    return len(request.origins) == 1 and origin_allowed(hosts, request.origins[0], host, record)


def _decide_mcp(request: ForwardedRequest, record: Record, now: float) -> Decision:
    # Any other answer sends clients with a static token into OAuth discovery, which fails.
    if b"/.well-known/" in request.path or request.path == b"/register":
        return Decision(Reason.NO_OAUTH)
    presented = read_bearer(request.authorizations)
    if isinstance(presented, Unusable):
        return Decision(_UNUSABLE[presented])
    return decide_presented(record, presented, _MCP_GRANTS, now)


def _decide_session(
    request: ForwardedRequest, record: Record, sessions: Sessions, now: float
) -> Decision:
    session = read(request.cookies, record, sessions, now)
    if session is None:
        return Decision(Reason.NO_SESSION)
    return Decision(ALLOWED, session.token)
