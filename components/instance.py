"""One MCP instance."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pulumi
import pulumi_docker as docker

from components.container import ContainerArgs, Mount, declare_container
from components.core import outputs, routing
from components.core.instance_type import InstanceType
from components.core.model import Instance, StackSpec
from components.core.naming import host_name, instance_labels
from components.core.parts import instance_part
from components.instance_secrets import InstanceSecrets
from components.instance_volumes import InstanceVolumes


class McpInstance(pulumi.ComponentResource):
    """An instance; where it runs, a container of its type's image on the instances network.

    `image` is None for one that is stopped. A container starts behind all of `after`.
    """

    container: docker.Container | None

    def __init__(
        self,
        name: str,
        spec: StackSpec,
        instance: Instance,
        *,
        image: docker.RemoteImage | None,
        network: pulumi.Input[str],
        secrets: InstanceSecrets,
        volumes: InstanceVolumes,
        after: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions,
    ) -> None:
        own = pulumi.ResourceOptions(protect=instance.protected)
        super().__init__(
            "mcpier:index:McpInstance", name, {}, pulumi.ResourceOptions.merge(opts, own)
        )
        self.container = None
        if image is not None:
            mounts = [*secrets.mounts(instance), *volumes.mounts(instance)]
            before = [*after, *([secrets.written] if secrets.written else [])]
            self.container = declare_container(
                f"{name}-container",
                _container(spec, instance, image, network, secrets.marks(instance), mounts),
                # Of a protected instance too: what is protected cannot be replaced.
                pulumi.ResourceOptions(parent=self, depends_on=before, protect=False),
            )
        self.register_outputs({})


def _container(
    spec: StackSpec,
    instance: Instance,
    image: docker.RemoteImage,
    network: pulumi.Input[str],
    marks: Mapping[str, pulumi.Input[str]],
    mounts: list[Mount],
) -> ContainerArgs:
    kind = instance.type
    return ContainerArgs(
        host_name=host_name(spec.stack, instance_part(instance.id)),
        image=image,
        labels={
            **instance_labels(spec.stack, instance.id, kind.name),
            **routing.instance_labels(spec, instance),
            **marks,
        },
        health=kind.health,
        environment=_environment(spec, instance),
        user=str(kind.user),
        network=network,
        mounts=mounts,
        tmpfs=kind.tmpfs,
        seccomp=_seccomp(kind),
        memory=kind.limits.memory,
        cpus=kind.limits.cpus,
        stop_seconds=kind.stop_seconds,
    )


def _environment(spec: StackSpec, instance: Instance) -> dict[str, str]:
    filled = {"{allowedHosts}": outputs.allowed_hosts(spec, instance)}
    fixed = {key: filled.get(value, value) for key, value in instance.type.environment.items()}
    chosen = {
        choice.env: instance.choices[choice.name]
        for choice in instance.type.choices
        if choice.name in instance.choices
    }
    return {**instance.variables, **fixed, **chosen}


def _seccomp(kind: InstanceType) -> str | None:
    """The profile as the engine takes it inline: one line of JSON."""
    if kind.seccomp is None:
        return None
    return json.dumps(json.loads(Path(kind.folder, kind.seccomp).read_text("utf-8")))
