"""One-time links to a live view or the portal: a ticket is worth one session of one token.

The ticket is `<expires>.<nonce>.<signature>`, and stands in the link's path. Its key is the
instance's own, derived from the key of the sessions: whoever makes tickets for one instance can
make none for another. The signature also covers the token's grant and its digest: a ticket to watch
never becomes one to control, and is worth nothing once the token is replaced.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from typing import NamedTuple

from authgate.decision import Decision, Reason, decide_token
from authgate.model import SESSION_GRANTS, Record, Token

LIFE = 120
# By how much the clock of whoever makes tickets may be ahead of ours, in seconds.
SKEW = 60
TABLE_SIZE = 10_000

_TICKET = re.compile(r"([0-9]{1,12})\.([A-Za-z0-9_-]{16,64})\.([A-Za-z0-9_-]{43})", re.ASCII)


class Ticket(NamedTuple):
    """A ticket that was signed with the instance's key; `expires` is in seconds since 1970."""

    token: Token
    expires: int
    signature: str


class UsedTickets:
    """The tickets that were used and could still be shown again; `started` is when we began."""

    def __init__(self, started: float, table_size: int = TABLE_SIZE) -> None:
        self._started = int(started)
        self._table_size = table_size
        self._expiries: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._expiries)

    def is_current(self, ticket: Ticket, now: float) -> bool:
        """Whether a ticket is in its time, and was made since this process began.

        What was used before that is forgotten, so that an older ticket could be used twice.
        """
        made = ticket.expires - LIFE
        return made >= self._started and now < ticket.expires <= now + LIFE + SKEW

    def use(self, ticket: Ticket, now: float) -> bool:
        """Uses a ticket up; False if it was before, or if the table is full of current ones."""
        if len(self._expiries) >= self._table_size:
            current = {sign: end for sign, end in self._expiries.items() if end > now}
            self._expiries = current
        if ticket.signature in self._expiries or len(self._expiries) >= self._table_size:
            return False
        self._expiries[ticket.signature] = ticket.expires
        return True


def decide_ticket(record: Record, text: str, key: bytes, used: UsedTickets, now: float) -> Decision:
    """Decides on a link's ticket, and uses it up if that is all it takes.

    `key` signs sessions; `now` is in seconds since 1970.
    """
    ticket = _read(text, record, key)
    if ticket is None:
        return Decision(Reason.WRONG_TICKET)
    if not used.is_current(ticket, now):
        return Decision(Reason.EXPIRED_TICKET, ticket.token)
    decision = decide_token(ticket.token, now)
    if decision.reason is Reason.ALLOWED and not used.use(ticket, now):
        return Decision(Reason.USED_TICKET, ticket.token)
    return decision


def _read(text: str, record: Record, key: bytes) -> Ticket | None:
    match = _TICKET.fullmatch(text)
    if match is None:
        return None
    expires, nonce, signature = int(match[1]), match[2], match[3]
    own_key = hmac.digest(key, f"authgate ticket key 1\n{record.id}".encode(), "sha256")
    found = None
    for token in record.tokens:
        good = _sign(own_key, token, expires, nonce)
        if hmac.compare_digest(good, signature) and token.grant in SESSION_GRANTS:
            found = Ticket(token, expires, signature)
    return found


def _sign(own_key: bytes, token: Token, expires: int, nonce: str) -> str:
    covered = f"{token.grant}\n{token.digest.hex()}\n{expires}\n{nonce}"
    signature = hmac.digest(own_key, covered.encode(), "sha256")
    return urlsafe_b64encode(signature).decode().rstrip("=")
