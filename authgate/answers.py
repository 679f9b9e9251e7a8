"""What Traefik is told for a decision: the one place that writes challenges."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from authgate.decision import ALLOWED, Decision, Reason
from authgate.forwarded import ForwardedRequest
from authgate.hosts import Kind
from authgate.sessions import without_session

Header = tuple[bytes, bytes]

RETRY_OWN_TROUBLE = 5
EXPOSED = b"WWW-Authenticate, Mcp-Session-Id, Retry-After"

_ONE_HEADER = "Send exactly one header of the form: Authorization: Bearer <token>."


class Answer(NamedTuple):
    """A whole HTTP answer."""

    status: int
    headers: list[Header]
    body: bytes


class _Refusal(NamedTuple):
    status: int
    error: str
    body: bytes


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _refusal(status: int, error: str, description: str) -> _Refusal:
    return _Refusal(status, error, _json({"error": error, "error_description": description}))


_INVALID_TOKEN = _refusal(401, "invalid_token", "This token does not open this instance.")
_REFUSALS = {
    Reason.MISSING: _refusal(401, "unauthorized", _ONE_HEADER),
    Reason.NOT_BEARER: _refusal(401, "invalid_request", _ONE_HEADER),
    Reason.MALFORMED: _refusal(400, "invalid_request", _ONE_HEADER),
    Reason.WRONG_TOKEN: _INVALID_TOKEN,
    Reason.EXPIRED_TOKEN: _INVALID_TOKEN,
    Reason.THROTTLED: _refusal(429, "too_many_failures", "Too many wrong tokens from here."),
    Reason.NO_OAUTH: _refusal(404, "not_found", "No OAuth here: this host takes a bearer token."),
    Reason.NOT_AN_INSTANCE: _refusal(404, "not_found", "This host names no instance."),
    Reason.OWN_TROUBLE: _refusal(
        503, "unavailable", "The gate cannot read this instance's record; its log says why."
    ),
}
# Decided without a look at the origin.
_BEFORE_ORIGIN = frozenset({Reason.NOT_AN_INSTANCE, Reason.OWN_TROUBLE})
_FOREIGN_ORIGIN = _json(
    {
        "jsonrpc": "2.0",
        "error": {"code": -32000, "message": "Origin not allowed for this instance."},
    }
)


def answer(
    decision: Decision, request: ForwardedRequest, refused_pages: Mapping[Kind, bytes]
) -> Answer:
    """The answer to a ForwardAuth request; the pages are HTML that leads to the sign-in."""
    if decision.reason is ALLOWED:
        return _allow(decision, request)
    if decision.reason is Reason.NO_SESSION:
        return _ask_to_sign_in(request, refused_pages)
    if decision.reason is Reason.FOREIGN_ORIGIN:
        return refuse(403, b"application/json", _FOREIGN_ORIGIN, [])
    refusal = _REFUSALS[decision.reason]
    headers = _challenge(decision, refusal, request)
    if decision.reason not in _BEFORE_ORIGIN:
        headers += cross_origin(request.origins)
    return refuse(refusal.status, b"application/json", refusal.body, headers)


def cross_origin(origins: Sequence[bytes]) -> list[Header]:
    """Headers that let a page of the allowed origin, if one is named, read an answer."""
    if not origins:
        return []
    return [
        (b"access-control-allow-origin", origins[0]),
        (b"access-control-expose-headers", EXPOSED),
        (b"vary", b"Origin"),
    ]


def _allow(decision: Decision, request: ForwardedRequest) -> Answer:
    headers = [(b"x-mcpier-client", decision.client.encode())]
    if request.cookies and (cookies := without_session(request.cookies)):
        headers.append((b"cookie", cookies))
    return Answer(204, headers, b"")


def _challenge(decision: Decision, refusal: _Refusal, request: ForwardedRequest) -> list[Header]:
    if refusal.status == 429:
        return [(b"retry-after", str(decision.retry_after).encode())]
    if refusal.status == 503:
        return [(b"retry-after", str(RETRY_OWN_TROUBLE).encode())]
    if refusal.status == 404 or request.host is None:
        return []
    challenge = f'Bearer realm="{request.host.label}"'
    # RFC 6750, section 3.1: no error code for a request that carries no credentials.
    if decision.reason is not Reason.MISSING:
        challenge += f', error="{refusal.error}"'
    return [(b"www-authenticate", challenge.encode())]


def _ask_to_sign_in(request: ForwardedRequest, pages: Mapping[Kind, bytes]) -> Answer:
    assert request.host is not None, "only hosts of ours have sessions"
    # RFC 9110 asks for a challenge on every 401; browsers show the page for a scheme
    # they do not know, where one they do know would open their own dialogue.
    challenge = (b"www-authenticate", f'Cookie realm="{request.host.label}"'.encode())
    return refuse(401, b"text/html; charset=utf-8", pages[request.host.kind], [challenge])


def refuse(status: int, content_type: bytes, body: bytes, headers: list[Header]) -> Answer:
    """A whole answer that nobody keeps, or takes for another type."""
    common = [
        (b"content-type", content_type),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    return Answer(status, common + headers, body)
