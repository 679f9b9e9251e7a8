"""What is kept of each decision: a log line, a count, a latency, and the latest ones."""

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import orjson

from authgate.activity import Activity, Refused
from authgate.decision import ALLOWED, Decision, Reason
from authgate.forwarded import ForwardedRequest

UNKNOWN = "unknown"
# Upper bounds in seconds; a decision takes some ten microseconds.
BUCKETS = (0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.005, 0.02, 0.1)
# Written down one at a time, between requests, a decision costs four times what it costs among
# others. More at once would hold up the request behind them, and what waits takes memory.
TOGETHER = 64


class _Decided(NamedTuple):
    """A decision that waits to be written down; `time` is in seconds since 1970.

    It holds nothing of the request but words that outlive it: what a request takes in memory is
    free for the next one.
    """

    time: float
    door: str
    host: str
    token: str
    address: str
    reason: Reason
    known: bool
    seconds: float


class Counted(NamedTuple):
    """Decisions by instance and reason; how many took up to each of `BUCKETS`, or longer; all time.

    A copy: another thread may read it while decisions go on.
    """

    decisions: Mapping[tuple[str, str], int]
    latencies: Sequence[int]
    seconds: float


class Journal:
    """Counts decisions and writes one JSON line for each; holds no token, nor a part of one.

    It is for one thread. `write` takes whole lines, many at once; `soon` calls a function within
    some milliseconds.
    """

    def __init__(
        self, write: Callable[[bytes], object], soon: Callable[[Callable[[], None]], object]
    ) -> None:
        self._write = write
        self._soon = soon
        self._waiting: list[_Decided] = []
        self._expected = False
        self._activity = Activity()
        self._decisions: Counter[tuple[str, str]] = Counter()
        self._latencies = [0] * (len(BUCKETS) + 1)
        self._seconds = 0.0

    def decided(
        self, door: str, request: ForwardedRequest, decision: Decision, known: bool, seconds: float
    ) -> None:
        """Notes a decision; `door` is where it fell: `gate`, `check`, `sign-in` or `link`."""
        host = request.host.label if request.host else ""
        reason, token = decision.reason, decision.client
        self._waiting.append(
            _Decided(time.time(), door, host, token, request.address, reason, known, seconds)
        )
        if len(self._waiting) == TOGETHER:
            self.write_down()
        elif not self._expected:
            self._expected = True
            self._soon(self._write_in_time)

    def write_down(self) -> None:
        """Writes what waits."""
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            self._write(b"".join([self._noted(decided) for decided in waiting]))

    @property
    def activity(self) -> Activity:
        """What happened of late."""
        self.write_down()
        return self._activity

    def counted(self) -> Counted:
        """How many there were so far."""
        self.write_down()
        return Counted(self._decisions.copy(), tuple(self._latencies), self._seconds)

    def _write_in_time(self) -> None:
        self._expected = False
        self.write_down()

    def _noted(self, decided: _Decided) -> bytes:
        """Counts a decision; its line.

        Names of hosts that do not exist are the client's invention: they share one label.
        """
        now, door, host, token, address, reason, known, seconds = decided
        at = datetime.fromtimestamp(now, UTC)
        if reason is ALLOWED:
            self._activity.used(host, token, at)
        else:
            self._activity.refused(Refused(host, door, reason, token, address), at)
        self._decisions[host if known else UNKNOWN, reason] += 1
        self._latencies[bisect_left(BUCKETS, seconds)] += 1
        self._seconds += seconds
        line = {
            "time": at,
            "door": door,
            "instance": host,
            "token": token,
            "address": address,
            "decision": "allow" if reason is ALLOWED else "refuse",
            "reason": reason,
            "microseconds": round(seconds * 1e6),
        }
        return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
