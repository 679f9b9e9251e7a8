"""`python -m tests.bench.bridges`: bridges from stdio to Streamable HTTP, side by side.

What passes of the official conformance suite, beside the same server over its own Streamable HTTP;
memory with twenty clients; calls, each round of which begins with another bridge.
"""

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import anyio
from mcp import Client

from tests.bench.bridges.rivals import (
    CONFORMANCE,
    ECHO,
    OURS,
    PORT,
    bridges,
    image,
    memory,
    without_bridge,
)
from tests.bench.edge.load import Sample, run
from tests.bench.edge.ways import Way, built
from tests.bench.figures import figure
from tests.bench.programs import require_go
from tests.edge.node import Packages
from tests.edge.session import STATEFUL, STATELESS
from tests.edge.stack import address
from tests.edge.suite import directly, install_suite, passed, run_suite

BENCH = "bridges"
CLIENTS = 20
SESSIONS = (1, 16)


def main() -> None:
    """Prints one JSON object for each figure."""
    parser = argparse.ArgumentParser(prog="make bench-bridges")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4, help="length of each run of calls")
    options = parser.parse_args()
    require_go()
    with tempfile.TemporaryDirectory(prefix="mcpier-bench-") as name, image(Path(name)):
        folder = Path(name)
        conformance(install_suite(folder / "suite"))
        memories()
        program = built(folder, "load")
        with bridges(ECHO) as containers:
            report(measure(program, containers, options.rounds, options.seconds))


def conformance(suite: Packages) -> None:
    """How many scenarios pass through each bridge, and a line for each that passes without only."""
    with bridges(CONFORMANCE) as containers, without_bridge() as reference:
        for revision in (STATEFUL, STATELESS):
            expected = passes(suite, revision, reference)
            for name, container in containers.items():
                found = passes(suite, revision, container) & expected
                what = f"scenarios of {revision}, {name}, beside no bridge"
                figure(BENCH, what, [len(found)], "passed", [len(expected)])
                for scenario in sorted(expected - found):
                    figure(BENCH, f"{scenario} of {revision}, {name}", [0], "passed", [1])


def passes(suite: Packages, revision: str, container: str) -> set[str]:
    """The scenarios that pass with a container's server."""
    print(f"{revision}, {container[:12]}", file=sys.stderr, flush=True)
    found, _ = run_suite(suite, revision, directly(url(container)))
    return passed(found)


def memories() -> None:
    """What each bridge and its server hold while twenty clients have a session."""
    with bridges(CONFORMANCE) as containers:
        found = {name: anyio.run(with_clients, container) for name, container in containers.items()}
    for name, (before, after) in found.items():
        figure(BENCH, f"memory before the first client, {name}", [before], "MiB")
        ours = [found[OURS][1]]
        figure(BENCH, f"memory with {CLIENTS} clients, {OURS} beside {name}", ours, "MiB", [after])


async def with_clients(container: str) -> tuple[float, float]:
    """The memory before the first client, and while all are there."""
    before = memory(container)
    async with AsyncExitStack() as stack:
        for _ in range(CLIENTS):
            client = await stack.enter_async_context(Client(url(container), mode="legacy"))
            await client.list_tools()
        return before, memory(container)


def measure(
    program: Path, containers: Mapping[str, str], rounds: int, seconds: float
) -> Mapping[tuple[str, int], list[Sample]]:
    """A sample of every bridge under every load for each round, in the order of the rounds."""
    samples: dict[tuple[str, int], list[Sample]] = defaultdict(list)
    names = list(containers)
    for number in range(rounds):
        first = number % len(names)
        for sessions in SESSIONS:
            for name in names[first:] + names[:first]:
                print(f"round {number + 1}: {sessions}, {name}", file=sys.stderr, flush=True)
                target = url(containers[name])
                way = Way(url=target, dial=f"{address(containers[name])}:{PORT}")
                samples[name, sessions].append(run(program, way, "echo", sessions, seconds))
    return samples


def report(samples: Mapping[tuple[str, int], list[Sample]]) -> None:
    """Prints the figures of calls."""
    for (name, sessions), theirs in samples.items():
        if name == OURS:
            continue
        ours = samples[OURS, sessions]
        load = f"call, {sessions} session{'s' if sessions > 1 else ''}, {OURS} beside {name}"
        figure(BENCH, load, [it.p50 for it in ours], "ms p50", [it.p50 for it in theirs])
        figure(BENCH, load, [it.rate for it in ours], "calls/s", [it.rate for it in theirs])


def url(container: str) -> str:
    """Where a container serves MCP."""
    return f"http://{address(container)}:{PORT}/mcp"


main()
