"""`python -m tests.bench.edge`: what the edge costs a call, beside a plain Traefik and none.

In a round, every load is put on each of the ways, one after the other, and each round begins with
another way. Ratios are of two ways in one round. Then likewise what the bridge of the type stdio
costs a call, beside its server's own standard input and output.
"""

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.edge.bridge import stdio_ways
from tests.bench.edge.load import Sample, run
from tests.bench.edge.ways import Way, built, ways
from tests.bench.figures import figure
from tests.bench.programs import require_go

BENCH = "edge"
# The tool that is called, and in how many sessions at once.
LOADS = [("echo", 1), ("echo", 16), ("echo", 64), ("stream", 1), ("stream", 16)]
BRIDGED = ("echo", 1)
Samples = Mapping[tuple[str, str, int], list[Sample]]


def main() -> None:
    """Prints one JSON object for each figure."""
    parser = argparse.ArgumentParser(prog="make bench-edge")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4, help="length of each run")
    options = parser.parse_args()
    require_go()
    with tempfile.TemporaryDirectory(prefix="mcpier-bench-") as name:
        folder = Path(name)
        program = built(folder, "load")
        with ways(folder) as known:
            report(measure(program, known, LOADS, options.rounds, options.seconds))
        with stdio_ways(folder) as known:
            report_bridge(measure(program, known, [BRIDGED], options.rounds, options.seconds))


def measure(
    program: Path,
    known: Mapping[str, Way],
    loads: Sequence[tuple[str, int]],
    rounds: int,
    seconds: float,
) -> Samples:
    """A sample of every way under every load for each round, in the order of the rounds."""
    samples: dict[tuple[str, str, int], list[Sample]] = defaultdict(list)
    names = list(known)
    for number in range(rounds):
        first = number % len(names)
        for tool, sessions in loads:
            for name in names[first:] + names[:first]:
                print(f"round {number + 1}: {tool}, {sessions}, {name}", file=sys.stderr)
                sample = run(program, known[name], tool, sessions, seconds)
                samples[name, tool, sessions].append(sample)
    return samples


def report(samples: Samples) -> None:
    """Prints every figure."""
    for tool, sessions in LOADS:
        what = {"echo": "call", "stream": "first event of a call"}[tool]
        load = f"{what}, {sessions} session{'s' if sessions > 1 else ''}"
        direct, plain, edge = (
            samples[name, tool, sessions] for name in ("direct", "plain Traefik", "edge")
        )
        for name, rival in (("plain Traefik", plain), ("direct", direct)):
            beside = f"{load}, edge beside {name}"
            figure(BENCH, beside, p50(edge), "ms p50", p50(rival))
            figure(BENCH, beside, [each.p99 for each in edge], "ms p99", [x.p99 for x in rival])
            if tool == "echo":
                rates = [each.rate for each in edge]
                figure(BENCH, beside, rates, "calls/s", [each.rate for each in rival])
        for name, samples_of_it in (("edge", edge), ("plain Traefik", plain)):
            figure(BENCH, f"{load}, {name}", [each.lost for each in samples_of_it], "calls lost")
        if tool == "stream":
            added = [ours - floor for ours, floor in zip(p50(edge), p50(direct), strict=True)]
            figure(BENCH, f"{load}, added to direct", added, "ms p50")


def report_bridge(samples: Samples) -> None:
    """Prints what the bridge adds to a call."""
    stdio, bridge = (p50(samples[name, *BRIDGED]) for name in ("stdio", "bridge"))
    figure(BENCH, "call, 1 session, bridge beside stdio", bridge, "ms p50", stdio)
    added = [ours - floor for ours, floor in zip(bridge, stdio, strict=True)]
    figure(BENCH, "call, 1 session, added to stdio by the bridge", added, "ms p50")


def p50(samples: list[Sample]) -> list[float]:
    """The median of each round."""
    return [sample.p50 for sample in samples]


main()
