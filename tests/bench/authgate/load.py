"""A bounded load from wrk, on loopback only, and what it cost the process that was asked."""

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True, kw_only=True)
class Load:
    """What is asked of `url`: that many hosts in turn; in `headers`, `%s` is the host."""

    url: str
    host: str
    headers: Sequence[str]
    instances: int = 1
    connections: int = 16
    allowed: bool = True


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One run: requests/s, latencies in milliseconds, microseconds of CPU for each request."""

    rate: float
    p50: float
    p99: float
    cpu: float


def run(load: Load, seconds: int, asked: psutil.Process | None) -> Sample:
    """Puts the load on for some seconds; `asked` is the process whose CPU time counts.

    Raises RuntimeError when an answer was not the one that the load expects.
    """
    before = _cpu_seconds(asked)
    done = _wrk(load, seconds)
    spent = _cpu_seconds(asked) - before
    right = done["requests"] - done["refused"] if load.allowed else done["refused"]
    if done["broken"] or right != done["requests"]:
        raise RuntimeError(f"{load.url}: unexpected answers: {done}")
    return Sample(
        rate=done["requests"] / done["microseconds"] * 1e6,
        p50=done["p50"] / 1e3,
        p99=done["p99"] / 1e3,
        cpu=spent / done["requests"] * 1e6,
    )


def _wrk(load: Load, seconds: int) -> dict[str, int]:
    command = ["wrk", "-t1", f"-c{load.connections}", f"-d{seconds}s", "-s", str(SCRIPT)]
    environment = os.environ | {
        "HOST": load.host,
        "INSTANCES": str(load.instances),
        "HEADERS": "\n".join(load.headers),
    }
    result = subprocess.run(
        [*command, load.url], env=environment, check=True, capture_output=True, text=True
    )
    parsed: dict[str, int] = json.loads(result.stdout.splitlines()[-1])
    return parsed


def _cpu_seconds(process: psutil.Process | None) -> float:
    if process is None:
        return 0.0
    times = process.cpu_times()
    return times.user + times.system
