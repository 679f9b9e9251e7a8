"""One-time links to a live view or the portal, as authgate takes them (authgate/tickets.py)."""

import hashlib
import hmac
from base64 import b64decode
from enum import StrEnum
from urllib.parse import urljoin

from components.core.secrets import token_digest, unpadded

# Seconds for which a link is good.
LIFE = 120


class Grant(StrEnum):
    """What a link opens: the view, the view without input, or the portal."""

    VIEW = "view"
    WATCH = "watch"
    OPERATOR = "operator"


def link(url: str, grant: Grant, token: str, *, key: str, nonce: bytes, now: float) -> str:
    """A link that opens what is at `url` once, for a session of `token`.

    `key` is `Root.ticket_key`'s, `nonce` at least 12 random bytes, `now` in seconds since 1970.
    """
    expires, salt = int(now) + LIFE, unpadded(nonce)
    covered = f"{grant}\n{token_digest(token)}\n{expires}\n{salt}"
    signature = hmac.digest(b64decode(key), covered.encode(), hashlib.sha256)
    return urljoin(url, f"/_mcpier/enter/{expires}.{salt}.{unpadded(signature)}")
