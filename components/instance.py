"""One MCP instance."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_docker as docker

from components.container import ContainerArgs, Endpoint, Mount, declare_container
from components.core import outputs, routing
from components.core.choice import as_text
from components.core.instance_type import ContainerType
from components.core.model import Instance, StackSpec, State
from components.core.naming import host_name, instance_labels, sidecar_labels
from components.instance_images import InstanceImages
from components.instance_secrets import InstanceSecrets
from components.instance_volumes import InstanceVolumes
from components.networks import Networks
from components.probe import Probe
from components.readiness import Part


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What instances stand on: whatever of the stack their containers need.

    They start behind all of `after`.
    """

    spec: StackSpec
    images: InstanceImages
    networks: Networks
    secrets: InstanceSecrets
    volumes: InstanceVolumes
    probe: Probe
    after: Sequence[pulumi.Resource]

    def mounts(self, instance: Instance, container: ContainerType) -> list[Mount]:
        """The volumes of a container."""
        return [
            *self.secrets.mounts(instance, container),
            *self.volumes.mounts(instance, container),
            *self.probe.mounts(container),
        ]

    @property
    def before(self) -> list[pulumi.Resource]:
        """What must be done before a container starts."""
        done = (self.images.checked, self.secrets.written, self.probe.written)
        return [*self.after, *(command for command in done if command)]


class McpInstance(pulumi.ComponentResource):
    """An instance; where it runs, a container of its type's image, and those beside it.

    `parts` are its containers, for the last step of a deploy.
    """

    parts: list[Part]

    def __init__(
        self, name: str, ground: Ground, instance: Instance, opts: pulumi.ResourceOptions
    ) -> None:
        own = pulumi.ResourceOptions(protect=instance.protected)
        super().__init__(
            "mcpier:index:McpInstance", name, {}, pulumi.ResourceOptions.merge(opts, own)
        )
        self.parts = self._parts(ground, instance) if instance.state is State.RUNNING else []
        self.register_outputs({})

    def _parts(self, ground: Ground, instance: Instance) -> list[Part]:
        beside = [
            Part(
                title=f"The container {sidecar.name} beside instance {instance.id}",
                container=self._declare(
                    instance.part(sidecar), _sidecar(ground, instance, sidecar), ground.before
                ),
                pids=sidecar.limits.pids,
                health=sidecar.health,
            )
            for sidecar in instance.type.sidecars
        ]
        before = [*ground.before, *(part.container for part in beside)]
        own = Part(
            title=f"Instance {instance.id}",
            container=self._declare(
                instance.part(instance.type), _container(ground, instance), before
            ),
            pids=instance.type.limits.pids,
            health=instance.type.health,
        )
        return [*beside, own]

    def _declare(
        self, part: str, args: ContainerArgs, before: Sequence[pulumi.Resource]
    ) -> docker.Container:
        return declare_container(
            f"{part}-container",
            args,
            # Of a protected instance too: what is protected cannot be replaced.
            pulumi.ResourceOptions(parent=self, depends_on=before, protect=False),
        )


def _container(ground: Ground, instance: Instance) -> ContainerArgs:
    spec, kind = ground.spec, instance.type
    return _args(
        ground,
        instance,
        kind,
        labels={
            **instance_labels(spec.stack, instance.id, kind.name),
            **routing.instance_labels(spec, instance),
            **ground.secrets.marks(instance),
        },
        environment=_environment(spec, instance),
        secret_environment=ground.secrets.environment(instance),
        endpoints=[
            Endpoint(network=ground.networks.of(instance).name),
            *_private(ground, instance, None),
        ],
    )


def _sidecar(ground: Ground, instance: Instance, sidecar: ContainerType) -> ContainerArgs:
    return _args(
        ground,
        instance,
        sidecar,
        labels=sidecar_labels(ground.spec.stack, instance.id, instance.type.name),
        environment=sidecar.environment,
        endpoints=_private(ground, instance, sidecar.name),
    )


def _args(
    ground: Ground,
    instance: Instance,
    container: ContainerType,
    *,
    labels: Mapping[str, pulumi.Input[str]],
    environment: Mapping[str, str],
    endpoints: Sequence[Endpoint],
    secret_environment: pulumi.Output[dict[str, str]] | None = None,
) -> ContainerArgs:
    return ContainerArgs(
        host_name=host_name(ground.spec.stack, instance.part(container)),
        image=ground.images.of(container),
        command=container.command,
        labels=labels,
        health=container.health,
        environment=environment,
        secret_environment=secret_environment,
        user=str(container.user),
        endpoints=endpoints,
        mounts=ground.mounts(instance, container),
        tmpfs=container.tmpfs,
        # As the engine reports them: another spelling shows as a change on every refresh.
        capabilities=[f"CAP_{name}" for name in container.capabilities],
        seccomp=_seccomp(container),
        memory=container.limits.memory,
        cpus=container.limits.cpus,
        stop_seconds=container.stop_seconds,
    )


def _private(ground: Ground, instance: Instance, alias: str | None) -> list[Endpoint]:
    """On the network of an instance and its side containers, if it has any."""
    network = ground.networks.private.get(instance.id)
    return [Endpoint(network=network.name, alias=alias)] if network else []


def _environment(spec: StackSpec, instance: Instance) -> dict[str, str]:
    filled = {"{allowedHosts}": outputs.allowed_hosts(spec, instance)}
    fixed = {key: filled.get(value, value) for key, value in instance.type.environment.items()}
    chosen = {
        choice.env: as_text(instance.choices[choice.name])
        for choice in instance.type.choices
        if choice.env and choice.name in instance.choices
    }
    return {**instance.variables, **fixed, **chosen}


def _seccomp(container: ContainerType) -> str | None:
    """The profile as the engine takes it inline: one line of JSON."""
    if container.seccomp is None:
        return None
    return json.dumps(json.loads(Path(container.folder, container.seccomp).read_text("utf-8")))
