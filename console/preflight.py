"""What must hold on the Docker host before a deploy, so that nothing fails half-way."""

import errno
import os
import socket
from collections.abc import Callable

from components.core.addresses import control_network, gate_network
from components.core.model import StackSpec
from components.core.naming import CONTROL, GATE, host_name
from components.core.observability import TRAEFIK_METRICS_PORT
from console import docker
from console.errors import ConsoleError
from console.exposure import EVERYWHERE, look_at_host
from console.findings import Check
from console.namespaces import namespaces
from toolchain.docker_host import elsewhere

LOOPBACK = "127.0.0.1"
# Stands for an address of the control network, which is not there yet: who listens at all
# addresses does so here too, and nobody else.
ALONE = "127.77.0.1"


def check_host(spec: StackSpec) -> None:
    """Raises `ConsoleError` naming all that the stack wants of the host and does not have there."""
    problems, remedies = [], []
    if ports := _taken_ports(spec):
        problems.append(f"another program on the Docker host listens on: {', '.join(ports)}")
    if networks := _overlapping_networks(spec):
        wanted = f"{spec.edge.control_subnet} (mcpier:edge.controlSubnet)"
        problems.append(f"{wanted} overlaps other networks of the engine: {', '.join(networks)}")
    if problems:
        file = f"stacks/Pulumi.{spec.stack}.yaml"
        remedies.append(f"set others in {file}, or take away what has them")
    # One that cannot be tried stands beside the others.
    for finding in Check(title="sandboxes", look=lambda: namespaces(spec)).findings():
        problems.append(finding.what)
        remedies.append(finding.remedy)
    if problems:
        raise ConsoleError("\n".join(problems), "\n  → ".join(remedies))


def _taken_ports(spec: StackSpec) -> list[str]:
    """The stack's ports that another program holds, each with its key."""
    edge, held = spec.edge, _held_by_traefik(spec.stack)
    wanted = {
        "edge.httpPort": (edge.http_port, EVERYWHERE),
        "edge.httpsPort": (edge.https_port, EVERYWHERE),
        "edge.adminPort": (edge.admin_port, LOOPBACK),
    }
    if spec.observability is not None:
        wanted["observability.port"] = (spec.observability.port, LOOPBACK)
        wanted["observability"] = (TRAEFIK_METRICS_PORT, ALONE)
    asked = {key: place for key, place in wanted.items() if place[0] not in held}
    free = _free_there(spec) if asked and elsewhere(os.environ) else _free
    return [f"{port} (mcpier:{key})" for key, (port, at) in asked.items() if not free(port, at)]


def _overlapping_networks(spec: StackSpec) -> list[str]:
    """The engine's networks that have addresses of the stack's own that are given.

    The engine would refuse that in the middle of a deploy.
    """
    wanted = (gate_network(spec.edge), control_network(spec.edge))
    own = {host_name(spec.stack, part) for part in (CONTROL, GATE)}
    return [
        f"{subnet} of {name}"
        for name, subnet in docker.subnets()
        if name not in own and any(map(subnet.overlaps, wanted))
    ]


def _held_by_traefik(stack: str) -> set[int]:
    """The ports of the stack's own Traefik, if it runs."""
    flags = docker.arguments(host_name(stack, "traefik"))
    addresses = (
        flag for flag in flags if flag.startswith("--entrypoints.") and ".address=" in flag
    )
    return {int(flag.rpartition(":")[2]) for flag in addresses}


def _free_there(spec: StackSpec) -> Callable[[int, str], bool]:
    """`_free` for the host of another engine, by what listens there."""
    listeners = look_at_host(spec).listeners

    def free(port: int, at: str) -> bool:
        return not any(
            each.port == port and (at == EVERYWHERE or each.address in (EVERYWHERE, at))
            for each in listeners
        )

    return free


def _free(port: int, at: str) -> bool:
    """Whether Traefik could listen: at one address, or at every one, IPv4 and IPv6 alike."""
    try:
        if at == EVERYWHERE and socket.has_dualstack_ipv6():
            server = socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
        else:
            server = socket.create_server((at, port))
    except OSError as error:
        return error.errno != errno.EADDRINUSE
    server.close()
    return True
