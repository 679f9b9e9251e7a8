"""`python -m tests.bench.authgate`: the gate against its rivals, through one Traefik.

Every row is run once in a round, and each round begins with another row, so that what disturbs
the machine disturbs all alike. Ratios are of two rows of one round.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.bench.authgate.load import Sample, run
from tests.bench.authgate.parts import Parts, running
from tests.bench.authgate.report import report
from tests.bench.authgate.rows import rows
from tests.bench.programs import require_go, require_package


def main() -> None:
    """Prints one JSON object for each figure."""
    parser = argparse.ArgumentParser(prog="make bench-authgate")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="length of each run")
    options = parser.parse_args()
    require_go()
    require_package("wrk")
    scratch = tempfile.TemporaryDirectory(prefix="mcpier-bench-")
    with scratch as folder, running(Path(folder)) as parts:
        report(measure(parts, options.rounds, options.seconds), parts)


def measure(parts: Parts, rounds: int, seconds: int) -> dict[str, list[Sample]]:
    """One sample of every row for each round, in the order of the rounds."""
    samples: dict[str, list[Sample]] = {row.name: [] for row in rows(parts)}
    for number in range(rounds):
        turned = rows(parts)
        first = number * len(turned) // rounds
        for row in turned[first:] + turned[:first]:
            print(f"round {number + 1}: {row.name}", file=sys.stderr)
            samples[row.name].append(run(row.load, seconds, row.asked))
    return samples


main()
