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
        for edge in ("gate", "basic", "none", f"gate{HELD}"):
            if f"{edge} {what}" in samples:
                _against_floor(samples, edge, what, "req/s", lambda sample: sample.rate)
    for what in ("8 instances", "1 instance", "1 connection"):
        _against_floor(samples, "gate", what, "ms p50", lambda sample: sample.p50)
        _against_floor(samples, "gate", what, "ms p99", lambda sample: sample.p99)
    for what in ("8 instances", "1 instance"):
        _cpu(samples, f"gate {what}")
    few, floor = samples["direct allowed"], samples["direct floor"]
    for row in samples:
        if row.startswith("direct"):
            # How fast the host is shows in the floor's own.
            _cpu(samples, row, few if " of " in row else floor)
    for row in ("direct allowed", "direct bare"):
        p99 = [sample.p99 for sample in samples[row]]
        figure(BENCH, row, p99, "ms p99", [sample.p99 for sample in floor])
    for size, process in parts.gates.items():
        rss = process.memory_info().rss / MIB
        figure(BENCH, f"RSS, {size} instances registered", [rss], "MiB")


def _against_floor(samples: Samples, edge: str, what: str, unit: str, of: Measure) -> None:
    """The floor's requests are held where the edge's are."""
    rival = f"floor{HELD}" if edge.endswith(HELD) else "floor"
    ours = [of(sample) for sample in samples[f"{edge} {what}"]]
    floor = [of(sample) for sample in samples[f"{rival} {what}"]]
    figure(BENCH, f"{edge}, {what}", ours, unit, floor)


def _cpu(samples: Samples, row: str, rival: Sequence[Sample] = ()) -> None:
    """The least of the rounds: what else ran on the machine only ever adds to it."""
    spent = [sample.cpu for sample in samples[row]]
    figure(BENCH, row, spent, "µs CPU/request", [sample.cpu for sample in rival], of=min)
