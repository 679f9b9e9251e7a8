"""The networks of a stack: for its instances, and for the platform's own parts."""

from collections.abc import Mapping
from ipaddress import IPv4Network

import pulumi
import pulumi_docker as docker

from components import engine
from components.core.addresses import control_network, gate_network
from components.core.instance_type import Outside
from components.core.model import Instance, StackSpec
from components.core.naming import (
    CONTROL,
    GATE,
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
    """Instances reach the outside but not each other; the platform's parts have fixed addresses.

    `gate` is where Traefik asks authgate, `control` where the portal and Prometheus ask them both;
    `offline` is there where an instance may reach nothing; `private` are those on which an
    instance meets its side containers, by id.
    """

    instances: docker.Network
    offline: docker.Network | None
    private: Mapping[str, docker.Network]
    control: docker.Network
    gate: docker.Network

    def __init__(self, name: str, spec: StackSpec, opts: pulumi.ResourceOptions) -> None:
        super().__init__("mcpier:index:Networks", name, {}, opts)
        # What is declared waits for these. The provider takes two seconds to make a network.
        self._before: list[docker.Network] = []
        self.control = self._platform(name, spec, CONTROL, control_network(spec.edge))
        subnet = gate_network(spec.edge)
        # An earlier version's control network has the range of both, and makes room for the gate's.
        crowded = engine.has_in_use(host_name(spec.stack, CONTROL), subnet)
        self._before = [self.control] if crowded else []
        self.gate = self._platform(name, spec, GATE, subnet)
        # Behind those whose ranges are given, the engine goes round them.
        own = engine.may_choose(spec.edge.control_subnet)
        self._before = [self.control, self.gate] if own else []
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

    def _platform(
        self, name: str, spec: StackSpec, part: str, subnet: IPv4Network
    ) -> docker.Network:
        # No way out: the platform's parts need none.
        return self._network(
            f"{name}-{part}",
            spec.stack,
            part,
            labels(spec.stack, part),
            internal=True,
            ipam_configs=[docker.NetworkIpamConfigArgs(subnet=str(subnet), gateway=str(subnet[1]))],
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
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=self._before,
                # Names and address ranges are fixed: a new one has room only where the old one was.
                delete_before_replace=True,
            ),
        )


def _labels(marks: Mapping[str, str]) -> list[docker.NetworkLabelArgs]:
    return [docker.NetworkLabelArgs(label=key, value=value) for key, value in sorted(marks.items())]
