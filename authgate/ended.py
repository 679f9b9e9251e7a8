"""Sessions that were signed out before they expired."""

from collections import OrderedDict

from authgate.sessions import Session

TABLE_SIZE = 10_000


class EndedSessions:
    """The signatures of ended sessions, the oldest forgotten first.

    They are forgotten when authgate restarts too; replacing the token ends its sessions for good.
    """

    def __init__(self, table_size: int = TABLE_SIZE) -> None:
        self._table_size = table_size
        self._signatures: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, signature: object) -> bool:
        return signature in self._signatures

    def __len__(self) -> int:
        return len(self._signatures)

    def end(self, session: Session) -> None:
        """Ends one session, on every copy of its cookie."""
        self._signatures[session.signature] = None
        if len(self._signatures) > self._table_size:
            self._signatures.popitem(last=False)
