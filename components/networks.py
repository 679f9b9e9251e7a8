"""The networks of a stack: for its instances, and for the platform's own parts."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network

import pulumi
import pulumi_docker as docker

from components.core.addresses import control_subnet, gate_subnet
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

# Of these an engine chooses ranges by itself, unless `default-address-pools` says otherwise. The
# provider takes two seconds to make a network, so none waits for another without a need.
ENGINES_POOLS = tuple(map(IPv4Network, ("172.16.0.0/12", "192.168.0.0/16")))
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
        # Names and address ranges are fixed: a new network has room only where the old one was.
        self._child = pulumi.ResourceOptions(parent=self, delete_before_replace=True)
        self.control = self._platform(name, spec, CONTROL, control_subnet(spec.edge))
        # Before there was a gate's, the control network had the whole range.
        self.gate = self._platform(name, spec, GATE, gate_subnet(spec.edge), behind=[self.control])
        if any(spec.edge.control_subnet.subnet_of(pool) for pool in ENGINES_POOLS):
            # Behind those that are chosen here, the engine goes round them.
            behind = pulumi.ResourceOptions(depends_on=[self.control, self.gate])
            self._child = pulumi.ResourceOptions.merge(self._child, behind)
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
        self,
        name: str,
        spec: StackSpec,
        part: str,
        subnet: IPv4Network,
        *,
        behind: Sequence[docker.Network] = (),
    ) -> docker.Network:
        # No way out: the platform's parts need none.
        return self._network(
            f"{name}-{part}",
            spec.stack,
            part,
            labels(spec.stack, part),
            internal=True,
            ipam_configs=[docker.NetworkIpamConfigArgs(subnet=str(subnet), gateway=str(subnet[1]))],
            behind=behind,
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
        behind: Sequence[docker.Network] = (),
    ) -> docker.Network:
        waiting = pulumi.ResourceOptions(depends_on=list(behind))
        return docker.Network(
            name,
            name=host_name(stack, part),
            driver="bridge",
            internal=internal,
            labels=_labels(marks),
            options=options,
            ipam_configs=ipam_configs,
            opts=pulumi.ResourceOptions.merge(self._child, waiting),
        )


def _labels(marks: Mapping[str, str]) -> list[docker.NetworkLabelArgs]:
    return [docker.NetworkLabelArgs(label=key, value=value) for key, value in sorted(marks.items())]
