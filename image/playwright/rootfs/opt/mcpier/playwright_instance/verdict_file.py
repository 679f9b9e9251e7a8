"""The verdict as a file: what Docker's health check, the console and people read."""

import json
import time
from pathlib import Path

VERDICT = Path("/run/mcpier/health.json")
GIVEN_UP = Path("/run/mcpier/given-up")
# There once all parts have answered: a checker that is started again repairs at once.
READY = Path("/run/mcpier/ready")


def render(failing: dict[str, str], uptime: int, counters: dict[str, int]) -> str:
    """Return the verdict as one line: `healthy` and `uptime` first, where the health check looks.

    `failing` maps each failing part to its reason; `uptime` is the host's, in seconds.
    """
    verdict: dict[str, object] = {"healthy": not failing, "uptime": uptime, "failing": failing}
    return json.dumps(verdict | counters) + "\n"


def write(line: str, path: Path = VERDICT) -> None:
    """Replace the verdict in one step, so that a reader never sees half of it."""
    fresh = path.with_suffix(".new")
    fresh.write_text(line, encoding="utf-8")
    fresh.rename(path)


def uptime() -> int:
    """Return the seconds since the host started: a clock that a shell reads without a fork."""
    return int(time.clock_gettime(time.CLOCK_BOOTTIME))
