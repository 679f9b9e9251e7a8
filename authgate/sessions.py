"""Signed sessions of a live view or the portal: a cookie names a token and proves it was shown.

The cookie is `<expires>:<token name>:<signature>`. The signature also covers the instance, the
token's grant and its digest: it is worthless on another host, and ends when the token is replaced.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Container
from typing import NamedTuple

from authgate.model import SESSION_GRANTS, TOKEN_NAME, Record, Token

COOKIE = "__Host-mcpier-view"
LONGEST_SESSION = 12 * 3600

# Lax: a link from elsewhere finds the session. Every request that acts (the forms,
# the WebSocket) is held to its own origin.
_COOKIE_TERMS = "Path=/; Secure; HttpOnly; SameSite=Lax"

_VALUE = re.compile(rf"([0-9]{{1,12}}):({TOKEN_NAME}):([A-Za-z0-9_-]{{43}})", re.ASCII)


class Sessions(NamedTuple):
    """The key that signs sessions, and the signatures of those that were signed out."""

    key: bytes
    ended: Container[str]


class Session(NamedTuple):
    """A session that holds; `expires` is in seconds since 1970."""

    token: Token
    expires: int
    signature: str


def issue(record: Record, token: Token, key: bytes, now: float) -> str:
    """What `Set-Cookie` gives the bearer of one of the record's tokens that open sessions."""
    expires = int(now + LONGEST_SESSION)
    if token.expires is not None:
        expires = min(expires, int(token.expires))
    value = f"{expires}:{token.name}:{_sign(record, token, expires, key)}"
    return f"{COOKIE}={value}; Max-Age={expires - int(now)}; {_COOKIE_TERMS}"


def take_back() -> str:
    """What `Set-Cookie` makes a browser forget its session."""
    return f"{COOKIE}=; Max-Age=0; {_COOKIE_TERMS}"


def read(cookies: bytes, record: Record, sessions: Sessions, now: float) -> Session | None:
    """The session in a request's cookies, or None: absent, forged, expired, ended, revoked."""
    values = [value for name, value in map(_pair, _crumbs(cookies)) if name == COOKIE]
    match = _VALUE.fullmatch(values[0]) if len(values) == 1 else None
    if match is None:
        return None
    expires, name, signature = int(match[1]), match[2], match[3]
    if expires <= now or signature in sessions.ended:
        return None
    for token in record.tokens:
        if token.grant in SESSION_GRANTS and token.name == name:
            good = _sign(record, token, expires, sessions.key)
            if hmac.compare_digest(good, signature):
                return Session(token, expires, signature)
    return None


def without_session(cookies: bytes) -> bytes:
    """The `Cookie` value an instance may see: every cookie but ours."""
    kept = (crumb for crumb in _crumbs(cookies) if _pair(crumb)[0] != COOKIE)
    return "; ".join(kept).encode("latin-1")


def _crumbs(cookies: bytes) -> list[str]:
    return [crumb for part in cookies.decode("latin-1").split(";") if (crumb := part.strip(" \t"))]


def _pair(crumb: str) -> tuple[str, str]:
    name, _, value = crumb.partition("=")
    return name.strip(" \t"), value.strip(" \t")


def _sign(record: Record, token: Token, expires: int, key: bytes) -> str:
    parts = ("authgate view 2", record.id, token.grant, token.digest.hex(), expires, token.name)
    signature = hmac.digest(key, "\n".join(map(str, parts)).encode(), "sha256")
    return urlsafe_b64encode(signature).decode().rstrip("=")
