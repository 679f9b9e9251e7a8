"""Bearer tokens: reading them from a header, finding them by digest."""

import re
from collections.abc import Collection, Iterable, Sequence
from enum import Enum, auto
from hashlib import sha256
from hmac import compare_digest

from authgate.model import Grant, Token

LONGEST_CREDENTIALS = 4096

_VISIBLE = re.compile(rb"[\x20-\x7e]*")
# RFC 6750, section 2.1: the scheme in any case, spaces, then b64token.
_BEARER = re.compile(rb"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9\-._~+/]+=*)")


class Unusable(Enum):
    """Why no token could be read from a request."""

    MISSING = auto()
    NOT_BEARER = auto()
    MALFORMED = auto()


def read_bearer(authorizations: Sequence[bytes]) -> bytes | Unusable:
    """The token in a request's `Authorization` values, or why there is none."""
    if not authorizations:
        return Unusable.MISSING
    value = authorizations[0]
    if len(authorizations) > 1 or len(value) > LONGEST_CREDENTIALS:
        return Unusable.MALFORMED
    match = _BEARER.fullmatch(value)
    if match is not None:
        return match[1]
    return Unusable.NOT_BEARER if _VISIBLE.fullmatch(value) else Unusable.MALFORMED


def find_token(
    tokens: Iterable[Token], presented: bytes, grants: Collection[Grant]
) -> Token | None:
    """The token of one of these grants whose digest is that of `presented`, expired or not.

    Every digest is compared, each in constant time: the answer's delay tells nothing.
    """
    digest = sha256(presented).digest()
    found = None
    for token in tokens:
        if compare_digest(token.digest, digest) and token.grant in grants:
            found = token
    return found
