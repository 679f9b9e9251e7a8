"""`python -m tests.bench.platform`: how long deploys take, beside a bare program and Compose.

Every round deploys the same containers by each rival, one after the other, in turns.
"""

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from tests.bench.figures import figure
from tests.bench.platform.cost import cost_of_parts
from tests.bench.platform.rivals import COMPOSE, FLOOR, STACK, Compose, Floor, Mcpier
from tests.bench.programs import require_package
from tests.e2e.deployment import docker, sweep

BENCH = "platform"
HEALTHY = ", until all are healthy"
Rival = Mcpier | Floor | Compose


class Stopwatch:
    """Seconds by what was done, in the order of the rounds."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)

    def up(self, name: str, rival: Rival, count: int, what: str) -> None:
        """Has a rival bring its containers to a number of them; only that is timed.

        mcpier's deploy ends when all of them are healthy, the others' before: that is timed too.
        """
        rival.describe(count)
        began = time.monotonic()
        rival.up()
        self._note(f"{name}, {what}", began)
        await_healthy(rival.stack, count)
        self._note(f"{name}, {what}{HEALTHY}", began)

    def _note(self, what: str, began: float) -> None:
        spent = time.monotonic() - began
        self.seconds[what].append(spent)
        print(f"{what}: {spent:.1f} s", file=sys.stderr, flush=True)

    def report(self, what: str, *rivals: str) -> None:
        """Prints mcpier's figures beside each rival's."""
        for rival in rivals:
            for until in ("", HEALTHY):
                ours = self.seconds[f"mcpier, {what}{until}"]
                others = self.seconds[f"{rival}, {what}{until}"]
                figure(BENCH, f"{what}{until}, beside {rival}", ours, "s", others)

    def report_slope(self, rival: str, many: int) -> None:
        """Prints what a container more costs a rival: from 50 to many, beside from 10 to 50."""
        ten, fifty, most = (
            median(self.seconds[f"{rival}, first deploy of {count}"]) for count in (10, 50, many)
        )
        late, early = [(most - fifty) / (many - 50)], [(fifty - ten) / 40]
        figure(BENCH, f"{rival}, a container more, 50 to {many}, beside 10 to 50", late, "s", early)


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
            mcpier.describe(1)
            mcpier.up()
            container = mcpier.container()
            mcpier.down()
            floor = Floor.make(Path(folder), container)
            compose = Compose.make(Path(folder), container)
            watch = Stopwatch()
            first_deploys(watch, mcpier, floor, compose, options.rounds)
            with_many(watch, mcpier, floor, options.rounds, options.many)
        finally:
            sweep_all()


def sweep_all() -> None:
    """Removes what any rival left: a run that fails, or was killed, takes nothing down itself."""
    for stack in (STACK, FLOOR, COMPOSE):
        sweep(stack)


def await_healthy(stack: str, count: int) -> None:
    """Until the first health check of each container of a stack has passed.

    Ends the run where one does not run: a rival whose containers end at once has less to do.
    """
    asked = ("ps", "--all", "--filter", f"label=mcpier.stack={stack}", "--format", "{{.Status}}")
    while True:
        found = docker(*asked).splitlines()
        if sum(line.startswith("Up ") for line in found) < max(count, len(found)):
            told = ", ".join(found)
            raise SystemExit(f"error: {count} containers of {stack} should run; there are: {told}")
        if all(line.endswith("(healthy)") for line in found):
            return
        time.sleep(0.25)


def first_deploys(
    watch: Stopwatch, mcpier: Mcpier, floor: Floor, compose: Compose, rounds: int
) -> None:
    """Fifty containers where there were none, and ten, for the cost of each."""
    rivals: list[tuple[str, Rival]] = [("mcpier", mcpier), ("floor", floor), ("compose", compose)]
    for number in range(rounds):
        for name, rival in rivals[number % 3 :] + rivals[: number % 3]:
            for count in (10, 50):
                watch.up(name, rival, count, f"first deploy of {count}")
                rival.down()
    watch.report("first deploy of 50", "floor", "compose")
    watch.report("first deploy of 10", "floor", "compose")


def with_many(watch: Stopwatch, mcpier: Mcpier, floor: Floor, rounds: int, many: int) -> None:
    """Many at once, nothing changed, and one added; what each part costs then.

    The first update after a deploy is by itself: where the Docker provider read other values than
    were written, it would write the whole state anew for each container.
    Only one rival's containers are there at a time: each health check is a process.
    """
    rivals: list[tuple[str, Rival]] = [("mcpier", mcpier), ("floor", floor)]
    costs: dict[str, Mapping[str, float]] = {}
    for number in range(rounds):
        for name, rival in rivals[number % 2 :] + rivals[: number % 2]:
            watch.up(name, rival, many, f"first deploy of {many}")
            watch.up(name, rival, many, f"first update of {many}")
            watch.up(name, rival, many, f"no change at {many}")
            watch.up(name, rival, many + 1, f"one more at {many}")
            costs[name] = cost_of_no_change(rival)
            rival.down()
    for part in sorted(set().union(*costs.values())):
        ours, others = ([costs[name].get(part, 0.0)] for name, _ in rivals)
        beside = others if others[0] else ()
        figure(BENCH, f"processor, no change at {many}, {part}, beside floor", ours, "s", beside)
    if many > 50:
        watch.report_slope("mcpier", many)
        watch.report_slope("floor", many)
    for what in ("first deploy of", "first update of", "no change at", "one more at"):
        watch.report(f"{what} {many}", "floor")


def cost_of_no_change(rival: Rival) -> Mapping[str, float]:
    """Processor seconds by part, in a run of its own: looking on takes time too."""
    with cost_of_parts() as cost:
        rival.up()
    return cost


main()
