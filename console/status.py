"""How a stack's containers are, beside what its file says. Pure: what is known comes in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from components.core import outputs
from components.core.model import Instance, StackSpec, State
from components.core.naming import INSTANCE, host_name
from components.core.parts import instance_part, platform_parts
from console.memory import Memory

ABSENT = "absent"
RUNNING = "running"
GOOD_HEALTH = (None, "healthy", "starting")
MOST_LETTERS = 100
Inspected = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A container, or the lack of one: `name` is the instance's id, or the platform's part.

    `wanted` is what the file says, `state` what the engine says; `absent` is none. `failing` has
    reasons by part; `drift` says how file and engine differ, and what to do.
    """

    name: str
    type: str | None
    wanted: str
    state: str = ABSENT
    health: str | None = None
    failing: Mapping[str, str] = field(default_factory=dict)
    memory: Memory | None = None
    started_at: datetime | None = None
    restarts: int = 0
    urls: Mapping[str, str] = field(default_factory=dict)
    drift: str | None = None

    @property
    def well(self) -> bool:
        """Whether it is as it should be."""
        return self.drift is None and self.health in GOOD_HEALTH


@dataclass(frozen=True, kw_only=True)
class Status:
    """The instances and the platform's own parts."""

    stack: str
    instances: tuple[Row, ...]
    platform: tuple[Row, ...]

    @property
    def well(self) -> bool:
        """Whether all of it is as it should be."""
        return all(row.well for row in (*self.instances, *self.platform))


def describe(
    spec: StackSpec, containers: Mapping[str, Inspected], memory: Mapping[str, Memory]
) -> Status:
    """`containers` are the stack's, as the engine inspects them, by id; so is `memory`."""
    named = {found["Name"].removeprefix("/"): found for found in containers.values()}
    urls = outputs.instances(spec)

    def row(name: str, part: str, type_: str | None, wanted: str) -> Row:
        found = named.pop(host_name(spec.stack, part), None)
        bare = Row(name=name, type=type_, wanted=wanted, urls=_urls(urls.get(name, {})))
        return _judged(_seen(bare, found, memory), spec.stack)

    platform = tuple(row(part, part, None, RUNNING) for part in platform_parts(spec))
    instances = [
        row(item.id, instance_part(item.id), item.type.name, _wanted(item))
        for item in spec.instances
    ]
    for labels in [found["Config"]["Labels"] for found in named.values()]:
        if labels["mcpier.role"] == INSTANCE:
            id_ = labels["mcpier.instance"]
            instances.append(row(id_, instance_part(id_), labels["mcpier.type"], ABSENT))
    return Status(stack=spec.stack, instances=tuple(instances), platform=platform)


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
    }


def _wanted(instance: Instance) -> str:
    return RUNNING if instance.state is State.RUNNING else ABSENT


def _urls(output: Mapping[str, str]) -> dict[str, str]:
    return {key: output[key] for key in outputs.URL_KEYS.values() if key in output}


def _seen(row: Row, found: Inspected | None, memory: Mapping[str, Memory]) -> Row:
    if found is None:
        return row
    state = found["State"]
    health = state.get("Health") or {}
    up = state["Status"] == RUNNING
    return replace(
        row,
        state=state["Status"],
        health=health.get("Status") if up else None,
        failing=_failing(health) if up else {},
        memory=memory.get(found["Id"]),
        started_at=datetime.fromisoformat(state["StartedAt"]) if up else None,
        restarts=found["RestartCount"],
    )


def _failing(health: Mapping[str, Any]) -> dict[str, str]:
    """The failing parts that the last check names; what it printed where it names none."""
    if health.get("Status") == "healthy" or not health.get("Log"):
        return {}
    printed = str(health["Log"][-1]["Output"]).strip()
    try:
        named = json.loads(printed.partition("\n")[0])["failing"]
        return {str(part): str(reason)[:MOST_LETTERS] for part, reason in named.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        said = printed.rpartition("\n")[2][:MOST_LETTERS]
        return {"health check": said or "it says nothing"}


def _judged(row: Row, stack: str) -> Row:
    deploy = f"make up STACK={stack}"
    if row.wanted == ABSENT and row.state != ABSENT:
        drift = f"its container is not in the file; {deploy} removes it"
    elif row.wanted == ABSENT or row.state == RUNNING:
        return row
    elif row.state == ABSENT:
        drift = f"not deployed; {deploy} makes it"
    elif row.state == "restarting":
        drift = f"it ends again and again; see: mcpier logs {row.name} --stack {stack}"
    else:
        drift = f"stands still; {deploy} starts it"
    return replace(row, drift=drift)
