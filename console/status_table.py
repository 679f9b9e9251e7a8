"""A stack's status as a table for people."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from console.status import Row, Status

COLUMNS = ("instance", "type", "state", "health", "memory", "up", "URLs")
GOOD, BAD, UNSURE, QUIET = "green", "red", "yellow", "dim"
MIB = 1 << 20


def render(status: Status, notes: Sequence[str]) -> RenderableType:
    """The table, and below it what there is to do; `notes` come first."""
    table = Table(*COLUMNS, box=None, pad_edge=False, header_style="bold")
    for row in status.instances:
        table.add_row(*_cells(row), style=QUIET if row.state == row.wanted == "absent" else "")
        for beside in row.beside:
            table.add_row(*_cells(beside))
    table.add_section()
    for row in status.platform:
        table.add_row(*_cells(row))
    todo = [Text(note, style=UNSURE) for note in [*notes, *_todo(status)]]
    return Group(table, *todo)


def _cells(row: Row) -> Iterator[Text]:
    stopped = row.state == row.wanted == "absent"
    yield Text(row.name, style="" if row.well else BAD)
    yield Text(row.type or "(platform)")
    yield Text("stopped" if stopped else row.state, style=BAD if row.drift else "")
    yield _health(row)
    yield Text(_memory(row))
    yield Text(_uptime(row))
    yield Text("\n".join(row.urls.values()), overflow="fold")


def _health(row: Row) -> Text:
    style = {"healthy": GOOD, "unhealthy": BAD}.get(row.health or "", UNSURE)
    return Text(": ".join([row.health or "", ", ".join(row.failing)]).strip(": "), style=style)


def _memory(row: Row) -> str:
    if row.memory is None:
        return ""
    return f"{row.memory.used / MIB:.0f}/{row.memory.limit / MIB:.0f} MiB"


def _uptime(row: Row) -> str:
    if row.started_at is None:
        return ""
    return short(datetime.now(UTC) - row.started_at)


def short(span: timedelta) -> str:
    """A span of time in its largest two units: `3d 4h`, `2m 10s`."""
    seconds = max(0, int(span.total_seconds()))
    units = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
    parts = [
        (seconds // size % limit, unit)
        for (unit, size), limit in zip(units, (10**9, 24, 60, 60), strict=True)
    ]
    first = next((place for place, (count, _) in enumerate(parts) if count), len(parts) - 1)
    return " ".join(f"{count}{unit}" for count, unit in parts[first : first + 2])


def _todo(status: Status) -> Iterator[str]:
    for row in status.rows:
        if row.drift:
            yield f"{row.name}: {row.drift}"
        for part, reason in row.failing.items():
            yield f"{row.name}: {part}: {reason}"
        if row.restarts:
            yield f"{row.name}: the engine has started it anew {row.restarts} times"
