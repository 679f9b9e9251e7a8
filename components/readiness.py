"""The last step of a deploy: wait until every container is healthy, or say which is not and why."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker
from pulumi_command import local

from components.core.instance_type import LONGEST_RECOVERY, LONGEST_START, Health
from components.script import run_script


@dataclass(frozen=True, kw_only=True)
class Part:
    """A container that must become healthy, what a user calls it, and its limit of processes.

    `health` is a type's; the platform's own parts take little.
    """

    title: str
    container: docker.Container
    pids: int
    health: Health | None = None


def await_ready(name: str, parts: list[Part], opts: pulumi.ResourceOptions) -> local.Command:
    """Runs whenever a container is another one than before."""
    ids = pulumi.Output.all(*(part.container.id for part in parts))
    names = pulumi.Output.all(*(part.container.name for part in parts))
    told = names.apply(lambda found: _document(parts, found))
    return run_script(name, "await_ready", stdin=told, triggers=[ids], opts=opts)


def _document(parts: list[Part], names: list[str]) -> str:
    containers = [
        {"name": name, "part": part.title, "pids": part.pids}
        for name, part in zip(names, parts, strict=True)
    ]
    told = [part.health for part in parts if part.health]
    return json.dumps(
        {
            "containers": containers,
            "timeout": max((health.longest_start for health in told), default=LONGEST_START),
            "patience": max((health.longest_recovery for health in told), default=LONGEST_RECOVERY),
        }
    )
