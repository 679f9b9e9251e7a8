"""Signed sessions of the live view: a cookie that names a token and proves it was shown.

The cookie is `<expires>:<token name>:<signature>`. The signature also covers the instance and
the token's digest: it is worthless on another host, and ends when the token is replaced.
"""

import hmac
import math
import re
from base64 import urlsafe_b64encode
from collections.abc import Container
from typing import NamedTuple

from authgate.model import TOKEN_NAME, Grant, Record, Token

COOKIE = "__Host-mcpier-view"
LONGEST_SESSION = 12 * 3600

_VALUE = re.compile(rf"([0-9]{{1,12}}):({TOKEN_NAME}):([A-Za-z0-9_-]{{43}})", re.ASCII)


class Sessions(NamedTuple):
    """The key that signs sessions, and the signatures of those that were signed out."""

    key: bytes
    ended: Container[str]


class Session(NamedTuple):
    """A session that holds; `expires` is in seconds since 1970."""

    token: str
    expires: int
    signature: str


def issue(record: Record, name: str, key: bytes, now: float) -> tuple[str, int]:
    """A cookie value for the bearer of the view token `name`, and its life in seconds."""
    token = _view_token(record, name)
    if token is None:
        raise ValueError(f"{record.id} has no view token of this name")
    expires = int(min(now + LONGEST_SESSION, token.expires or math.inf))
    return f"{expires}:{name}:{_sign(record, token, expires, key)}", expires - int(now)


def read(cookies: bytes, record: Record, sessions: Sessions, now: float) -> Session | None:
    """The session in a request's cookies, or None: absent, forged, expired, ended, revoked."""
    values = [value for name, value in map(_pair, _crumbs(cookies)) if name == COOKIE]
    match = _VALUE.fullmatch(values[0]) if len(values) == 1 else None
    if match is None:
        return None
    session = Session(match[2], int(match[1]), match[3])
    if session.expires <= now or session.signature in sessions.ended:
        return None
    token = _view_token(record, session.token)
    if token is None:
        return None
    good = _sign(record, token, session.expires, sessions.key)
    return session if hmac.compare_digest(good, session.signature) else None


def without_session(cookies: bytes) -> bytes:
    """The `Cookie` value an instance may see: every cookie but ours."""
    kept = (crumb for crumb in _crumbs(cookies) if _pair(crumb)[0] != COOKIE)
    return "; ".join(kept).encode("latin-1")


def _view_token(record: Record, name: str) -> Token | None:
    for token in record.tokens:
        if token.grant is Grant.VIEW and token.name == name:
            return token
    return None


def _crumbs(cookies: bytes) -> list[str]:
    return [crumb for part in cookies.decode("latin-1").split(";") if (crumb := part.strip(" \t"))]


def _pair(crumb: str) -> tuple[str, str]:
    name, _, value = crumb.partition("=")
    return name.strip(" \t"), value.strip(" \t")


def _sign(record: Record, token: Token, expires: int, key: bytes) -> str:
    covered = f"authgate view 1\n{record.id}\n{token.digest.hex()}\n{expires}\n{token.name}"
    signature = hmac.digest(key, covered.encode(), "sha256")
    return urlsafe_b64encode(signature).decode().rstrip("=")
