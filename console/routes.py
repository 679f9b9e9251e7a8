"""Whether the Docker host keeps its route to authgate while that is gone."""

from collections.abc import Callable, Iterator

from components.core.model import StackSpec
from components.core.naming import GATE, host_name
from console import docker
from console.exposure import DockerHost
from console.findings import Finding

ALL = "all"


def routes(spec: StackSpec, look: Callable[[], DockerHost]) -> Iterator[Finding]:
    """A host that leaves out routes whose link is down: that of the gate's network goes with it.

    Nothing, where there is no such network.
    """
    name = host_name(spec.stack, GATE)
    if name not in docker.names("network", spec.stack):
        return
    # The kernel takes either setting (include/linux/inetdevice.h, IN_DEV_ORCONF).
    asked = (ALL, docker.bridge(docker.inspect_network(name)))
    forgetful = [each for each in asked if each in look().forgetful]
    if forgetful:
        typed = [
            f"sysctl -w net.ipv4.conf.{each}.ignore_routes_with_linkdown=0" for each in forgetful
        ]
        yield Finding(
            what="the Docker host leaves out routes whose link is down: while authgate is gone, "
            "what Traefik asks it, tokens among it, goes to the host's default gateway",
            remedy=f"type on that host: {'; '.join(typed)}; and see what sets it: "
            "grep -r ignore_routes_with_linkdown /etc/sysctl.conf /etc/sysctl.d",
        )
