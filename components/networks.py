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

CONTROL = "control"
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
        self.control = self._control(f"{name}-{CONTROL}", spec)
        # The engine chooses their ranges: behind the one that is chosen here, it goes round it.
        self._child = pulumi.ResourceOptions.merge(
            self._child, pulumi.ResourceOptions(depends_on=[self.control])
        )
        self.instances = self._network(
            f"{name}-{INSTANCES}",
            spec.stack,
            INSTANCES,
            labels(spec.stack, INSTANCES),
            options=APART,
        )
        self.offline = None
        if any(instance.type.outside is Outside.NOTHING for instance in spec.running):
            marks = labels(spec.stack, OFFLINE)
            self.offline = self._network(
                f"{name}-{OFFLINE}", spec.stack, OFFLINE, marks, options=APART, internal=True
            )
        self.private = {
            instance.id: self._private(spec.stack, instance)
            for instance in spec.running
            if instance.type.sidecars
        }
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
        marks = instance_labels(stack, instance.id, instance.type.name)
        return self._network(f"{part}-private", stack, part, marks, internal=True)

    def _control(self, name: str, spec: StackSpec) -> docker.Network:
        subnet = spec.edge.control_subnet
        addresses = docker.NetworkIpamConfigArgs(subnet=str(subnet), gateway=str(subnet[1]))
        marks = labels(spec.stack, CONTROL)
        # No way out: authgate needs none.
        return self._network(
            name, spec.stack, CONTROL, marks, internal=True, ipam_configs=[addresses]
        )

    def _network(
        self,
        name: str,
        stack: str,
        part: str,
        marks: Mapping[str, str],
        *,
        internal: bool | None = None,
        options: Mapping[str, str] | None = None,
        ipam_configs: list[docker.NetworkIpamConfigArgs] | None = None,
    ) -> docker.Network:
        return docker.Network(
            name,
            name=host_name(stack, part),
            driver="bridge",
            internal=internal,
            labels=_labels(marks),
            options=options,
            ipam_configs=ipam_configs,
            opts=self._child,
        )


def _labels(marks: Mapping[str, str]) -> list[docker.NetworkLabelArgs]:
    return [docker.NetworkLabelArgs(label=key, value=value) for key, value in sorted(marks.items())]
