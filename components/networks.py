"""The networks of a stack: for its instances, and for the platform's own parts."""

from collections.abc import Mapping

import pulumi
import pulumi_docker as docker

from components.core.instance_type import Outside
from components.core.model import Instance, StackSpec
from components.core.naming import (
    INSTANCES,
    OFFLINE,
    container_part,
    host_name,
    instance_labels,
    labels,
)

# Instances do not reach each other on it.
APART = {"com.docker.network.bridge.enable_icc": "false"}


class Networks(pulumi.ComponentResource):
    """Instances reach the outside but not each other; authgate lives at a fixed address.

    `offline` is there where an instance may reach nothing; `private` are those on which an
    instance meets its side containers, by id.
    """

    instances: docker.Network
    offline: docker.Network | None
    private: Mapping[str, docker.Network]
    control: docker.Network

    def __init__(self, name: str, spec: StackSpec, opts: pulumi.ResourceOptions) -> None:
        super().__init__("mcpier:index:Networks", name, {}, opts)
        # Names and address ranges are fixed: a new network has room only where the old one was.
        self._child = pulumi.ResourceOptions(parent=self, delete_before_replace=True)
        self.instances = docker.Network(
            f"{name}-{INSTANCES}",
            name=host_name(spec.stack, INSTANCES),
            driver="bridge",
            labels=_labels(labels(spec.stack, INSTANCES)),
            options=APART,
            opts=self._child,
        )
        self.offline = None
        if any(instance.type.outside is Outside.NOTHING for instance in spec.running):
            self.offline = docker.Network(
                f"{name}-{OFFLINE}",
                name=host_name(spec.stack, OFFLINE),
                driver="bridge",
                internal=True,
                labels=_labels(labels(spec.stack, OFFLINE)),
                options=APART,
                opts=self._child,
            )
        self.private = {
            instance.id: self._private(spec.stack, instance)
            for instance in spec.running
            if instance.type.sidecars
        }
        self.control = docker.Network(
            f"{name}-control",
            name=host_name(spec.stack, "control"),
            driver="bridge",
            # No way out: authgate needs none.
            internal=True,
            labels=_labels(labels(spec.stack, "control")),
            ipam_configs=[
                docker.NetworkIpamConfigArgs(
                    subnet=str(spec.edge.control_subnet),
                    gateway=str(spec.edge.control_subnet[1]),
                )
            ],
            opts=self._child,
        )
        self.register_outputs({})

    def of(self, instance: Instance) -> docker.Network:
        """The network on which Traefik reaches an instance."""
        if instance.type.outside is Outside.NOTHING and self.offline is not None:
            return self.offline
        return self.instances

    def apart(self) -> dict[str, docker.Network]:
        """Those on which instances must not reach each other, by a suffix for names."""
        return {"": self.instances, **({f"-{OFFLINE}": self.offline} if self.offline else {})}

    def _private(self, stack: str, instance: Instance) -> docker.Network:
        part = container_part(instance.id)
        return docker.Network(
            f"{part}-private",
            name=host_name(stack, part),
            driver="bridge",
            internal=True,
            labels=_labels(instance_labels(stack, instance.id, instance.type.name)),
            opts=self._child,
        )


def _labels(marks: Mapping[str, str]) -> list[docker.NetworkLabelArgs]:
    return [docker.NetworkLabelArgs(label=key, value=value) for key, value in sorted(marks.items())]
