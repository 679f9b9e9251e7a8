"""The two networks of a stack: one for the instances, one for the platform's own parts."""

import pulumi
import pulumi_docker as docker

from components.core.model import StackSpec
from components.core.naming import host_name, labels


class Networks(pulumi.ComponentResource):
    """Instances reach the outside but not each other; authgate lives at a fixed address."""

    instances: docker.Network
    control: docker.Network

    def __init__(self, name: str, spec: StackSpec, opts: pulumi.ResourceOptions) -> None:
        super().__init__("mcpier:index:Networks", name, {}, opts)
        # Names and address ranges are fixed: a new network has room only where the old one was.
        child = pulumi.ResourceOptions(parent=self, delete_before_replace=True)
        self.instances = docker.Network(
            f"{name}-instances",
            name=host_name(spec.stack, "instances"),
            driver="bridge",
            labels=_labels(spec.stack, "instances"),
            options={"com.docker.network.bridge.enable_icc": "false"},
            opts=child,
        )
        self.control = docker.Network(
            f"{name}-control",
            name=host_name(spec.stack, "control"),
            driver="bridge",
            # No way out: authgate needs none.
            internal=True,
            labels=_labels(spec.stack, "control"),
            ipam_configs=[
                docker.NetworkIpamConfigArgs(
                    subnet=str(spec.edge.control_subnet),
                    gateway=str(spec.edge.control_subnet[1]),
                )
            ],
            opts=child,
        )
        self.register_outputs({})


def _labels(stack: str, role: str) -> list[docker.NetworkLabelArgs]:
    return [
        docker.NetworkLabelArgs(label=key, value=value)
        for key, value in sorted(labels(stack, role).items())
    ]
