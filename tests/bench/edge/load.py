"""Calls of one tool over one way, by the program of `go/load`."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.bench.edge.ways import Way


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One run: calls a second, and milliseconds from a call to its answer, or its first event.

    `lost` counts calls that got no answer, or a refusal.
    """

    lost: float
    rate: float
    p50: float
    p99: float


def run(program: Path, way: Way, tool: str, sessions: int, seconds: float) -> Sample:
    """Keeps that many sessions busy; raises RuntimeError where one cannot begin."""
    asked = {
        "URL": way.url,
        "Dial": way.dial,
        "CA": way.ca,
        "Headers": dict(way.headers),
        "Command": list(way.command),
        "Tool": tool,
        "Sessions": sessions,
        "Seconds": seconds,
    }
    done = subprocess.run([program], input=json.dumps(asked), capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    print(done.stderr, end="", file=sys.stderr)
    found = json.loads(done.stdout)
    return Sample(
        lost=found["lost"], rate=found["rate"], p50=found["p50"] / 1e3, p99=found["p99"] / 1e3
    )
