"""From samples to figures."""

from collections.abc import Callable, Mapping, Sequence

from tests.bench.authgate.load import Sample
from tests.bench.authgate.parts import Parts
from tests.bench.authgate.routes import HELD
from tests.bench.figures import figure

BENCH = "authgate"
MIB = 1 << 20

Samples = Mapping[str, Sequence[Sample]]
Measure = Callable[[Sample], float]


def report(samples: Samples, parts: Parts) -> None:
    """Prints every figure; rates and latencies are ratios to the floor's of the same round."""
    for what in ("8 instances", "1 instance", "1 connection", "denied"):
        for edge in ("gate", "basic", "none"):
            if f"{edge} {what}" in samples:
                _against_floor(samples, edge, what, "req/s", lambda sample: sample.rate)
    for what in ("8 instances", "1 instance"):
        _against_floor(samples, f"gate{HELD}", what, "req/s", lambda sample: sample.rate, HELD)
    for what in ("8 instances", "1 instance", "1 connection"):
        _against_floor(samples, "gate", what, "ms p50", lambda sample: sample.p50)
        _against_floor(samples, "gate", what, "ms p99", lambda sample: sample.p99)
    for what in ("8 instances", "1 instance"):
        _cpu(samples, f"gate {what}")
    few = [sample.cpu for sample in samples["direct allowed"]]
    for row in samples:
        if row.startswith("direct"):
            _cpu(samples, row, few if " of " in row else ())
    # How fast the host is shows in the floor's own.
    floor = samples["direct floor"]
    _cpu(samples, "direct allowed", [sample.cpu for sample in floor], ", beside the floor")
    for row in ("direct allowed", "direct bare"):
        p99 = [sample.p99 for sample in samples[row]]
        figure(BENCH, f"{row}, beside the floor", p99, "ms p99", [sample.p99 for sample in floor])
    for size, process in parts.gates.items():
        rss = process.memory_info().rss / MIB
        figure(BENCH, f"RSS, {size} instances registered", [rss], "MiB")


def _against_floor(
    samples: Samples, edge: str, what: str, unit: str, of: Measure, manner: str = ""
) -> None:
    ours = [of(sample) for sample in samples[f"{edge} {what}"]]
    floor = [of(sample) for sample in samples[f"floor{manner} {what}"]]
    figure(BENCH, f"{edge}, {what}", ours, unit, floor)


def _cpu(samples: Samples, row: str, rival: Sequence[float] = (), beside: str = "") -> None:
    """The least of the rounds: what else ran on the machine only ever adds to it."""
    spent = [sample.cpu for sample in samples[row]]
    figure(BENCH, row + beside, spent, "µs CPU/request", rival, of=min)
