"""What is kept of each decision: a log line, a count, a latency."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import orjson

from authgate.decision import Decision, Reason
from authgate.forwarded import ForwardedRequest

UNKNOWN = "unknown"
# Upper bounds in seconds; a decision takes some ten microseconds.
BUCKETS = (0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.005, 0.02, 0.1)


class Journal:
    """Counts decisions and writes one JSON line for each; holds no token, nor a part of one."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self.decisions: Counter[tuple[str, str]] = Counter()
        self.latencies = [0] * (len(BUCKETS) + 1)
        self.seconds = 0.0

    def decided(
        self, door: str, request: ForwardedRequest, decision: Decision, known: bool, seconds: float
    ) -> None:
        """Notes a decision; `door` is where it fell: `gate`, `check`, `sign-in` or `link`.

        Names of hosts that do not exist are the client's invention: they share one label.
        """
        label = request.host.label if request.host else ""
        self.decisions[label if known else UNKNOWN, decision.reason] += 1
        self.latencies[bisect_left(BUCKETS, seconds)] += 1
        self.seconds += seconds
        line = {
            "time": datetime.now(UTC),
            "door": door,
            "instance": label,
            "token": decision.client,
            "address": request.address,
            "decision": "allow" if decision.reason is Reason.ALLOWED else "refuse",
            "reason": decision.reason,
            "microseconds": round(seconds * 1e6),
        }
        self._write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
