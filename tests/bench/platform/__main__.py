"""`python -m tests.bench.platform`: how long deploys take, beside a bare program and Compose.

Every round deploys the same containers by each rival, one after the other, in turns.
"""

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from tests.bench.figures import figure
from tests.bench.platform.rivals import COMPOSE, FLOOR, STACK, Compose, Floor, Mcpier
from tests.bench.programs import require_package
from tests.e2e.deployment import sweep

BENCH = "platform"
Rival = Mcpier | Floor | Compose


class Stopwatch:
    """Seconds by what was done, in the order of the rounds."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)

    def up(self, name: str, rival: Rival, count: int, what: str) -> None:
        """Has a rival bring its containers to a number of them."""
        began = time.monotonic()
        rival.up(count)
        spent = time.monotonic() - began
        self.seconds[f"{name}, {what}"].append(spent)
        print(f"{name}, {what}: {spent:.1f} s", file=sys.stderr, flush=True)

    def report(self, what: str, *rivals: str) -> None:
        """Prints mcpier's figure beside each rival's."""
        for rival in rivals:
            ours = self.seconds[f"mcpier, {what}"]
            figure(BENCH, f"{what}, beside {rival}", ours, "s", self.seconds[f"{rival}, {what}"])


def main() -> None:
    """Prints one JSON object for each figure."""
    parser = argparse.ArgumentParser(prog="make bench-platform")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--many", type=int, default=200, help="containers beside one that is added")
    options = parser.parse_args()
    require_package("docker-compose")
    sweep_all()
    scratch = tempfile.TemporaryDirectory(prefix="mcpier-bench-")
    with scratch as folder:
        mcpier = Mcpier.make(Path(folder))
        try:
            mcpier.up(1)
            image = mcpier.image()
            mcpier.down()
            floor, compose = Floor.make(Path(folder), image), Compose.make(Path(folder), image)
            first_deploys(mcpier, floor, compose, options.rounds)
            with_many(mcpier, floor, options.rounds, options.many)
        finally:
            sweep_all()


def sweep_all() -> None:
    """Removes what any rival left: a run that fails, or was killed, takes nothing down itself."""
    for stack in (STACK, FLOOR, COMPOSE):
        sweep(stack)


def first_deploys(mcpier: Mcpier, floor: Floor, compose: Compose, rounds: int) -> None:
    """Fifty containers where there were none, and ten, for the cost of each."""
    watch = Stopwatch()
    rivals: list[tuple[str, Rival]] = [("mcpier", mcpier), ("floor", floor), ("compose", compose)]
    for number in range(rounds):
        for name, rival in rivals[number % 3 :] + rivals[: number % 3]:
            for count in (10, 50):
                watch.up(name, rival, count, f"first deploy of {count}")
                rival.down()
    watch.report("first deploy of 50", "floor", "compose")
    watch.report("first deploy of 10", "floor", "compose")


def with_many(mcpier: Mcpier, floor: Floor, rounds: int, many: int) -> None:
    """Nothing changed, and one added, where there are many."""
    watch = Stopwatch()
    rivals: list[tuple[str, Rival]] = [("mcpier", mcpier), ("floor", floor)]
    for name, rival in rivals:
        watch.up(name, rival, many, f"first deploy of {many}")
    for number in range(rounds):
        for name, rival in rivals[number % 2 :] + rivals[: number % 2]:
            watch.up(name, rival, many + number, f"no change at {many}")
            watch.up(name, rival, many + number + 1, f"one more at {many}")
    for _, rival in rivals:
        rival.down()
    for what in (f"first deploy of {many}", f"no change at {many}", f"one more at {many}"):
        watch.report(what, "floor")


main()
