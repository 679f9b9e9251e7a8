"""A stack's status as JSON for programs."""

from typing import Any

from console.status import Row, Status


def as_json(status: Status) -> dict[str, Any]:
    """What `mcpier status --json` prints: times in ISO 8601, memory in bytes."""
    return {
        "stack": status.stack,
        "well": status.well,
        "instances": {row.name: _row_json(row) for row in status.instances},
        "platform": {row.name: _row_json(row) for row in status.platform},
    }


def _row_json(row: Row) -> dict[str, Any]:
    memory = row.memory
    return {
        "type": row.type,
        "wanted": row.wanted,
        "state": row.state,
        "health": row.health,
        "failing": dict(row.failing),
        "memory": None if memory is None else {"used": memory.used, "limit": memory.limit},
        "startedAt": row.started_at.isoformat() if row.started_at else None,
        "restarts": row.restarts,
        "drift": row.drift,
        **row.urls,
        **({"beside": _beside_json(row)} if row.beside else {}),
    }


def _beside_json(row: Row) -> dict[str, Any]:
    return {each.name.removeprefix(f"{row.name} "): _row_json(each) for each in row.beside}
