"""What happened of late, in memory of bounded size: when tokens were used, what was refused."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from authgate.decision import Reason

MOST_USES = 20_000
MOST_DENIALS = 100
# No sign of trouble: somebody has not signed in yet, or asks whether there is OAuth.
_EXPECTED = frozenset({Reason.MISSING, Reason.NO_SESSION, Reason.NO_OAUTH})


class Refused(NamedTuple):
    """What refusals have in common that are told of together; `token` is empty if it is unknown."""

    host: str
    door: str
    reason: Reason
    token: str
    address: str


@dataclass(slots=True)
class Denial:
    """How often something was refused, and when last."""

    count: int
    last: datetime


class Activity:
    """Holds names of tokens, and no token; it begins anew with the process, at `since`.

    Where one of the tables is full, its oldest entry goes.
    """

    def __init__(self) -> None:
        self.since = datetime.now(UTC)
        self._uses: dict[tuple[str, str], datetime] = {}
        self._denials: OrderedDict[Refused, Denial] = OrderedDict()

    def used(self, host: str, token: str, at: datetime) -> None:
        """Notes that a token opened a host."""
        self._uses[host, token] = at
        if len(self._uses) > MOST_USES:
            del self._uses[next(iter(self._uses))]

    def refused(self, what: Refused, at: datetime) -> None:
        """Notes a refusal, unless there is nothing in it."""
        if what.reason in _EXPECTED:
            return
        denial = self._denials.setdefault(what, Denial(0, at))
        denial.count += 1
        denial.last = at
        self._denials.move_to_end(what)
        if len(self._denials) > MOST_DENIALS:
            self._denials.popitem(last=False)

    def last_use(self, host: str, token: str) -> datetime | None:
        """When a token last opened a host; None if it did not since the process began."""
        return self._uses.get((host, token))

    def denials(self) -> list[tuple[Refused, Denial]]:
        """What was refused, the latest first."""
        return list(reversed(self._denials.items()))
