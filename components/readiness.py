"""The last step of a deploy: wait until every container is healthy, or say which is not and why."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker
from pulumi_command import local

from components.core.instance_type import LONGEST_RECOVERY, LONGEST_START, Health


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
    command = "python3 components/scripts/await_ready.py"
    return local.Command(
        name,
        create=command,
        update=command,
        stdin=names.apply(lambda found: _document(parts, found)),
        triggers=[ids],
        # A failure's report comes with the error; logged as well it would stand there twice.
        logging=local.Logging.NONE,
        add_previous_output_in_env=False,
        opts=opts,
    )


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
