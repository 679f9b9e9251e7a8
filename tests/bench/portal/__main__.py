"""`python -m tests.bench.portal`: how soon a page is there, how it grows, and what a viewer costs.

The portal, its reader and the gate are real; the Docker engine is the tests' own, so that hundreds
of instances need no containers.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import psutil

from tests.authgate.harness import document, portal_record, record
from tests.bench.figures import figure, p95
from tests.portal.engine import container
from tests.portal.stage import CONFIG, Stage, all_well, stage

BENCH = "portal"
MIB = 1 << 20
# Longer than anything that was learnt is taken for fresh.
STALE = 2.1


def main() -> None:
    """Prints one JSON object for each figure."""
    parser = argparse.ArgumentParser(prog="make bench-portal")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--instances", type=int, nargs="+", default=[1, 50, 200])
    parser.add_argument("--seconds", type=float, default=20, help="length of a viewer's look")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder), 120) as portal:
        for count in options.instances:
            fill(portal, count)
            measure(portal, f"{count} instances", options.rounds, options.seconds)


def fill(portal: Stage, count: int) -> None:
    """Gives the stage that many instances that run."""
    ids = [f"instance-{number}" for number in range(count)]
    portal.write(CONFIG | {"instances": {id_: {"type": "browser"} for id_ in ids}})
    synced = portal.gate.run("sync", document(*map(record, ids), portal_record()))
    assert synced.returncode == 0, synced.stderr
    mine = [container(f"mcpier-dev-mcp-{id_}") for id_ in ids]
    portal.engine.containers = [*all_well()[1:], *mine]


def measure(portal: Stage, what: str, rounds: int, seconds: float) -> None:
    """Prints the figures of a stack of that size."""
    for path in ("/", "/instances/instance-0"):
        first, again = zip(*(loads(portal, path) for _ in range(rounds)), strict=True)
        for name, values in (("first look", first), ("while it is looked at", again)):
            figure(BENCH, f"{path}, {what}, {name}", values, "ms p50")
            figure(BENCH, f"{path}, {what}, {name}", values, "ms p95", of=p95)
    size = len(portal.get("/").text) / 1024
    figure(BENCH, f"/, {what}, size", [size], "KiB")
    for name, process in processes().items():
        figure(BENCH, f"{name}, {what}, memory", [process.memory_info().rss / MIB], "MiB")
    for watched in (False, True):
        for name, share in costs(portal, seconds, watched=watched).items():
            state = "one viewer" if watched else "nobody looks"
            figure(BENCH, f"{name}, {what}, {state}", [share], "% of a CPU")


def loads(portal: Stage, path: str) -> Sequence[float]:
    """Milliseconds of a page for whose facts all are asked, and of the next one."""
    time.sleep(STALE)
    taken = []
    for _ in range(2):
        began = time.perf_counter()
        assert portal.get(path).status == 200
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def processes() -> dict[str, psutil.Process]:
    """The portal's processes of this benchmark."""
    found = {}
    for child in psutil.Process().children(recursive=True):
        words = child.cmdline()
        if words[1:3] == ["-m", "portal"]:
            found[{"serve": "portal", "read": "docker-reader"}[words[3]]] = child
    return found


def costs(portal: Stage, seconds: float, *, watched: bool) -> dict[str, float]:
    """What share of a processor each takes while somebody has the page open, or nobody has."""
    with closing(portal.connection()) as connection:
        if watched:
            connection.request("GET", "/events")
            connection.getresponse().fp.readline()
        before = spent()
        time.sleep(seconds)
        return {name: (each - before[name]) / seconds * 100 for name, each in spent().items()}


def spent() -> dict[str, float]:
    """Seconds of a processor that each process has taken."""
    times = {name: process.cpu_times() for name, process in processes().items()}
    return {name: each.user + each.system for name, each in times.items()}


main()
