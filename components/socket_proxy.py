"""The socket-proxy: the few reads of the Docker API that a stack needs, over unix sockets."""

from dataclasses import replace
from pathlib import Path

import pulumi
import pulumi_docker as docker

from components.container import ContainerArgs, Mount, declare_container
from components.context import read_context
from components.core.digest import context_digest
from components.core.flags import SOCKET
from components.core.instance_type import Health
from components.core.model import StackSpec
from components.core.naming import host_name, labels
from components.core.observability import METRICS_SOCKET
from components.core.parts import SOCKET_PROXY as ROLE
from components.image import built_image
from components.volume import declare_volume

FOLDER = "image/socket-proxy"
METRICS_VOLUME = "metrics-proxy"
# The image's own command, with the exporter's reads beside Traefik's.
BOTH = "haproxy -W -db -f /etc/haproxy/haproxy.cfg -f /etc/haproxy/metrics.cfg"


class SocketProxy(pulumi.ComponentResource):
    """The container that gives Traefik the Docker API; it has no network at all.

    `volume` holds the socket for Traefik, `metrics` the exporter's, where metrics are kept.
    """

    container: docker.Container
    volume: docker.Volume
    metrics: docker.Volume | None

    def __init__(self, name: str, spec: StackSpec, opts: pulumi.ResourceOptions) -> None:
        super().__init__("mcpier:index:SocketProxy", name, {}, opts)
        image = built_image(
            ROLE,
            folder=FOLDER,
            digest=context_digest(read_context(Path(FOLDER))),
            build_args={"BASE": spec.bases.debian},
            parent=self,
        )
        self.volume = declare_volume(ROLE, spec.stack, labels(spec.stack, ROLE), self)
        self.metrics = None
        if spec.observability is not None:
            marks = labels(spec.stack, ROLE)
            self.metrics = declare_volume(METRICS_VOLUME, spec.stack, marks, self)
        self.container = declare_container(
            name,
            _with_metrics(_container(spec, image, self.volume), spec, self.metrics),
            pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


def _container(spec: StackSpec, image: docker.RemoteImage, volume: docker.Volume) -> ContainerArgs:
    ask = ("curl", "-fsS", "-m", "2", "--unix-socket", SOCKET, "http://docker/_ping")
    return ContainerArgs(
        host_name=host_name(spec.stack, ROLE),
        image=image,
        labels=labels(spec.stack, ROLE),
        health=Health(command=ask, interval=5, timeout=10, start_period=10, retries=3),
        # docker.sock belongs to root; without capabilities that is all root may open.
        user="0",
        network_mode="none",
        environment={"MCPIER_STACK": spec.stack},
        mounts=[_socket_mount(volume, SOCKET)],
        docker_socket=True,
        memory=64,
        stop_seconds=5,
    )


def _with_metrics(
    args: ContainerArgs, spec: StackSpec, volume: docker.Volume | None
) -> ContainerArgs:
    """With a second socket, on which the exporter is told of this stack's containers alone."""
    if volume is None:
        return args
    return replace(
        args,
        command=BOTH.split(),
        mounts=[*args.mounts, _socket_mount(volume, METRICS_SOCKET)],
    )


def _socket_mount(volume: docker.Volume, socket: str) -> Mount:
    return Mount(volume=volume.name, path=socket.rpartition("/")[0], read_only=False)
