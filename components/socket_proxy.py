"""The socket-proxy: the few reads of the Docker API that Traefik needs, over a unix socket."""

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
from components.core.parts import SOCKET_PROXY as ROLE
from components.image import built_image
from components.volume import declare_volume

FOLDER = "image/socket-proxy"


class SocketProxy(pulumi.ComponentResource):
    """The one container that mounts docker.sock; it has no network at all."""

    container: docker.Container
    volume: docker.Volume

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
        self.container = declare_container(
            name, _container(spec, image, self.volume), pulumi.ResourceOptions(parent=self)
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
        mounts=[Mount(volume=volume.name, path=SOCKET.rpartition("/")[0], read_only=False)],
        docker_socket=True,
        memory=64,
        stop_seconds=5,
    )
