"""What must hold on the Docker host before a deploy, so that nothing fails half-way."""

import errno
import os
import socket
from collections.abc import Callable

from components.core.model import StackSpec
from components.core.naming import host_name
from console import docker
from console.errors import ConsoleError
from console.exposure import EVERYWHERE, look_at_host
from toolchain.docker_host import elsewhere


def check_host(spec: StackSpec) -> None:
    """Raises `ConsoleError` naming all that the stack wants of the host and others have there."""
    problems = []
    if ports := _taken_ports(spec):
        problems.append(f"another program on the Docker host listens on: {', '.join(ports)}")
    if networks := _overlapping_networks(spec):
        wanted = f"{spec.edge.control_subnet} (mcpier:edge.controlSubnet)"
        problems.append(f"{wanted} overlaps other networks of the engine: {', '.join(networks)}")
    if problems:
        raise ConsoleError(
            "\n".join(problems),
            f"set others in stacks/Pulumi.{spec.stack}.yaml, or take away what has them",
        )


def _taken_ports(spec: StackSpec) -> list[str]:
    """The stack's ports that another program holds, each with its key."""
    edge, held = spec.edge, _held_by_traefik(spec.stack)
    wanted = {
        "edge.httpPort": (edge.http_port, True),
        "edge.httpsPort": (edge.https_port, True),
        "edge.adminPort": (edge.admin_port, False),
    }
    if spec.observability is not None:
        wanted["observability.port"] = (spec.observability.port, False)
    asked = {key: (port, public) for key, (port, public) in wanted.items() if port not in held}
    free = _free_there(spec) if asked and elsewhere(os.environ) else _free
    return [
        f"{port} (mcpier:{key})"
        for key, (port, public) in asked.items()
        if not free(port, public=public)
    ]


def _overlapping_networks(spec: StackSpec) -> list[str]:
    """The engine's networks that have addresses of the stack's control network.

    The engine would refuse that in the middle of a deploy.
    """
    wanted, own = spec.edge.control_subnet, host_name(spec.stack, "control")
    return [
        f"{subnet} of {name}"
        for name, subnet in docker.subnets()
        if name != own and subnet.version == wanted.version and subnet.overlaps(wanted)
    ]


def _held_by_traefik(stack: str) -> set[int]:
    """The ports of the stack's own Traefik, if it runs."""
    flags = docker.arguments(host_name(stack, "traefik"))
    addresses = (
        flag for flag in flags if flag.startswith("--entrypoints.") and ".address=" in flag
    )
    return {int(flag.rpartition(":")[2]) for flag in addresses}


def _free_there(spec: StackSpec) -> Callable[..., bool]:
    """`_free` for the host of another engine, by what listens there."""
    listeners = look_at_host(spec).listeners

    def free(port: int, *, public: bool) -> bool:
        others = (EVERYWHERE, "127.0.0.1")
        return not any(
            each.port == port and (public or each.address in others) for each in listeners
        )

    return free


def _free(port: int, *, public: bool) -> bool:
    """Whether Traefik could listen: on every address, IPv4 and IPv6 alike, or on loopback."""
    try:
        if public and socket.has_dualstack_ipv6():
            server = socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
        else:
            server = socket.create_server(("" if public else "127.0.0.1", port))
    except OSError as error:
        return error.errno != errno.EADDRINUSE
    server.close()
    return True
