"""One-time links to a live view: what authgate takes a ticket to be (authgate/tickets.py)."""

import hashlib
import hmac
from base64 import b64decode
from enum import StrEnum
from urllib.parse import urljoin

from components.core.secrets import token_digest, unpadded

# Seconds for which a link is good.
LIFE = 120


class Grant(StrEnum):
    """What a link opens: the view, or the view without input."""

    VIEW = "view"
    WATCH = "watch"


def link(url: str, grant: Grant, token: str, *, key: str, nonce: bytes, now: float) -> str:
    """A link that opens the view at `url` once, for a session of `token`.

    `key` is `Root.ticket_key`'s, `nonce` at least 12 random bytes, `now` in seconds since 1970.
    """
    expires, salt = int(now) + LIFE, unpadded(nonce)
    covered = f"{grant}\n{token_digest(token)}\n{expires}\n{salt}"
    signature = hmac.digest(b64decode(key), covered.encode(), hashlib.sha256)
    return urljoin(url, f"/_mcpier/enter/{expires}.{salt}.{unpadded(signature)}")
