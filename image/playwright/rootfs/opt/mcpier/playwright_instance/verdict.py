"""Judges what the probes found and says what to do about it. Pure: time comes in as a number."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from playwright_instance.patience import START_SECONDS

# A dead part is supervisord's to restart, and back within this; a part that fails longer hangs.
HUNG_AFTER_SECONDS = 5.5
# How long a repaired part may take before it is repaired again.
REPAIR_GRACE_SECONDS = 15.0
# An instance that cannot be healed within this ends, and Docker's restart policy takes over.
GIVE_UP_SECONDS = 60.0


@dataclass(frozen=True)
class Part:
    """A part of the instance: the parts it needs, and what is repaired when it keeps failing."""

    needs: tuple[str, ...]
    repair: str


# The one repair that is not a program's restart: Chromium runs, and a window is opened in it.
WINDOW = "window"

PARTS: dict[str, Part] = {
    "display": Part((), "display"),
    "vnc": Part(("display",), "display"),
    "window-manager": Part(("display",), "window-manager"),
    "chromium": Part(("display",), "chromium"),
    WINDOW: Part(("display", "window-manager", "chromium"), WINDOW),
    "mcp": Part((), "playwright-mcp"),
    "novnc": Part((), "novnc"),
    "files": Part((), "files"),
}


@dataclass(frozen=True)
class Memory:
    """What earlier checks left: since when parts fail, and when they were repaired (seconds)."""

    started: float
    ready: bool = False
    failing_since: Mapping[str, float] = field(default_factory=dict)
    repaired_at: Mapping[str, float] = field(default_factory=dict)
    unhealthy_since: float | None = None


@dataclass(frozen=True)
class Decision:
    """What to do after a check: repairs to make, and whether to give the instance up."""

    repair: tuple[str, ...] = ()
    give_up: bool = False


def judge(memory: Memory, failing: Mapping[str, str], now: float) -> tuple[Memory, Decision]:
    """Take in one check (failing parts with reasons); return the new memory and the decision."""
    since = {part: memory.failing_since.get(part, now) for part in failing}
    began = now if memory.unhealthy_since is None else memory.unhealthy_since
    unhealthy = began if failing else None
    if not memory.ready:
        late = now - memory.started >= START_SECONDS
        return replace(memory, ready=not failing), Decision(give_up=bool(failing) and late)
    give_up = unhealthy is not None and now - unhealthy >= GIVE_UP_SECONDS
    repair = tuple(sorted({PARTS[part].repair for part in _hung(memory, since, now)}))
    repaired = {**memory.repaired_at, **dict.fromkeys(repair, now)}
    after = replace(memory, failing_since=since, repaired_at=repaired, unhealthy_since=unhealthy)
    return after, Decision(repair, give_up)


def _hung(memory: Memory, since: Mapping[str, float], now: float) -> list[str]:
    """Return the parts that fail of themselves, for too long, and were not just repaired."""
    return [
        part
        for part, first in since.items()
        if not any(need in since for need in PARTS[part].needs)
        and now - first >= HUNG_AFTER_SECONDS
        and now - memory.repaired_at.get(PARTS[part].repair, float("-inf")) >= REPAIR_GRACE_SECONDS
    ]
