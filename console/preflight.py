"""What must hold on the Docker host before a deploy, so that nothing fails half-way."""

import errno
import os
import socket

from components.core.model import StackSpec
from components.core.naming import host_name
from console import docker
from console.errors import ConsoleError


def check_ports(spec: StackSpec) -> None:
    """Raises `ConsoleError` naming every port of the stack that another program holds."""
    if os.environ.get("DOCKER_HOST") or _own_traefik(spec.stack):
        return
    edge = spec.edge
    wanted = {
        "httpPort": ("0.0.0.0", edge.http_port),
        "httpsPort": ("0.0.0.0", edge.https_port),
        "adminPort": ("127.0.0.1", edge.admin_port),
    }
    taken = {key: port for key, (address, port) in wanted.items() if not _free(address, port)}
    if taken:
        listed = ", ".join(f"{port} (mcpier:edge.{key})" for key, port in taken.items())
        raise ConsoleError(
            f"another program on this host listens on: {listed}",
            f"stop it, or set another port in stacks/Pulumi.{spec.stack}.yaml",
        )


def _own_traefik(stack: str) -> bool:
    name = host_name(stack, "traefik")
    return any(found.name == name for found in docker.labelled("container", stack))


def _free(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            return error.errno != errno.EADDRINUSE
    return True
