"""The volumes in which instances keep what must outlive their containers."""

from collections.abc import Mapping

import pulumi
import pulumi_docker as docker

from components.container import Mount
from components.core.instance_type import ContainerType, DataVolume
from components.core.model import Instance, StackSpec
from components.core.naming import instance_labels
from components.volume import declare_volume


class InstanceVolumes(pulumi.ComponentResource):
    """A volume for each that a container of an instance asks for, running or stopped."""

    _volumes: Mapping[str, docker.Volume]

    def __init__(self, name: str, spec: StackSpec, opts: pulumi.ResourceOptions) -> None:
        super().__init__("mcpier:index:InstanceVolumes", name, {}, opts)
        self._volumes = {
            part: declare_volume(
                part,
                spec.stack,
                instance_labels(spec.stack, instance.id, instance.type.name),
                self,
                protected=instance.protected,
            )
            for instance in spec.instances
            for container in instance.type.containers
            for part in (
                _part(instance, container, volume) for volume in instance.volumes_of(container)
            )
        }
        self.register_outputs({})

    def mounts(self, instance: Instance, container: ContainerType) -> list[Mount]:
        """Where a container has them; a new volume takes the folder's owner over."""
        return [
            Mount(
                volume=self._volumes[_part(instance, container, volume)].name,
                path=volume.path,
                read_only=False,
            )
            for volume in instance.volumes_of(container)
        ]


def _part(instance: Instance, container: ContainerType, volume: DataVolume) -> str:
    return f"{instance.part(container)}-{volume.name}"
