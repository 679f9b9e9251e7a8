"""The volumes in which instances keep what must outlive their containers."""

from collections.abc import Mapping

import pulumi
import pulumi_docker as docker

from components.container import Mount
from components.core.model import Instance, StackSpec
from components.core.naming import instance_labels
from components.volume import declare_volume


class InstanceVolumes(pulumi.ComponentResource):
    """A volume for each that an instance asks for, running or stopped."""

    _volumes: Mapping[tuple[str, str], docker.Volume]

    def __init__(self, name: str, spec: StackSpec, opts: pulumi.ResourceOptions) -> None:
        super().__init__("mcpier:index:InstanceVolumes", name, {}, opts)
        self._volumes = {
            (instance.id, volume.name): declare_volume(
                f"mcp-{instance.id}-{volume.name}",
                spec.stack,
                instance_labels(spec.stack, instance.id, instance.type.name),
                self,
                protected=instance.protected,
            )
            for instance in spec.instances
            for volume in instance.volumes
        }
        self.register_outputs({})

    def mounts(self, instance: Instance) -> list[Mount]:
        """Where the instance's container has them; a new volume takes the folder's owner over."""
        return [
            Mount(
                volume=self._volumes[instance.id, volume.name].name,
                path=volume.path,
                read_only=False,
            )
            for volume in instance.volumes
        ]
