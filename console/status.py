"""How a stack's containers are, beside what its file says. Pure: what is known comes in."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from components.core import outputs
from components.core.model import Instance, StackSpec, State
from components.core.naming import INSTANCE, container_part, host_name, sidecar_prefix
from components.core.parts import platform_parts
from console.memory import Memory
from portal.judgement import ABSENT, GOOD_HEALTH, RUNNING, drift, failing

Inspected = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A container, or the lack of one: `name` is the instance's id, or the platform's part.

    `wanted` is what the file says, `state` what the engine says; `absent` is none. `failing` has
    reasons by part; `drift` says how file and engine differ, and what to do. `beside` are an
    instance's side containers, named `<id> <name>`.
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
    beside: tuple["Row", ...] = ()

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
    def rows(self) -> tuple[Row, ...]:
        """All of them, side containers behind their instances."""
        instances = (each for row in self.instances for each in (row, *row.beside))
        return (*instances, *self.platform)

    @property
    def well(self) -> bool:
        """Whether all of it is as it should be."""
        return all(row.well for row in self.rows)


def describe(
    spec: StackSpec, containers: Mapping[str, Inspected], memory: Mapping[str, Memory]
) -> Status:
    """`containers` are the stack's, as the engine inspects them, by id; so is `memory`."""
    named = {found["Name"].removeprefix("/"): found for found in containers.values()}
    told = _Told(spec=spec, named=named, memory=memory)
    platform = tuple(told.row(part, part, None, RUNNING) for part in platform_parts(spec))
    instances = [
        told.instance(item.id, item.type.name, _wanted(item), _sidecars(item))
        for item in spec.instances
    ]
    for labels in [found["Config"]["Labels"] for found in named.values()]:
        if labels["mcpier.role"] == INSTANCE:
            id_, type_ = labels["mcpier.instance"], labels["mcpier.type"]
            instances.append(told.instance(id_, type_, ABSENT, frozenset()))
    return Status(stack=spec.stack, instances=tuple(instances), platform=platform)


@dataclass(frozen=True, kw_only=True)
class _Told:
    """What the engine tells of containers, by name; each is taken once."""

    spec: StackSpec
    named: dict[str, Inspected]
    memory: Mapping[str, Memory]

    def row(self, name: str, part: str, type_: str | None, wanted: str) -> Row:
        found = self.named.pop(host_name(self.spec.stack, part), None)
        urls = outputs.instances(self.spec).get(name, {})
        bare = Row(name=name, type=type_, wanted=wanted, urls=_urls(urls))
        return _judged(_seen(bare, found, self.memory), self.spec.stack)

    def instance(self, id_: str, type_: str, wanted: str, sidecars: Set[str]) -> Row:
        part = container_part(id_)
        own = self.row(id_, part, type_, wanted)
        first = sidecar_prefix(host_name(self.spec.stack, part))
        there = {name.removeprefix(first) for name in self.named if name.startswith(first)}
        beside = (
            self.row(
                f"{id_} {name}",
                container_part(id_, name),
                type_,
                RUNNING if name in sidecars else ABSENT,
            )
            for name in sorted(there | sidecars)
        )
        return replace(own, beside=tuple(beside))


def _wanted(instance: Instance) -> str:
    return RUNNING if instance.state is State.RUNNING else ABSENT


def _sidecars(instance: Instance) -> set[str]:
    """The names of the side containers that it should have."""
    running = instance.state is State.RUNNING
    return {sidecar.name for sidecar in instance.type.sidecars} if running else set()


def _urls(output: Mapping[str, str]) -> dict[str, str]:
    return {key: url for key, url in output.items() if key.endswith(outputs.URL)}


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
        failing=failing(health) if up else {},
        memory=memory.get(found["Id"]),
        started_at=datetime.fromisoformat(state["StartedAt"]) if up else None,
        restarts=found["RestartCount"],
    )


def _judged(row: Row, stack: str) -> Row:
    return replace(row, drift=drift(row.name, stack, wanted=row.wanted, state=row.state))
