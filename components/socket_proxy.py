"""The socket-proxy: the few reads of the Docker API that Traefik needs, over a unix socket."""

from pathlib import Path

import pulumi
import pulumi_docker as docker

from components.container import ContainerArgs, Mount, declare_container
from components.context import read_context
from components.core.digest import context_digest
from components.core.instance_type import Health
from components.core.model import StackSpec
from components.core.naming import host_name, labels
from components.core.routing import SOCKET
from components.image import built_image
from components.volume import declare_volume

FOLDER = "image/socket-proxy"
ROLE = "socket-proxy"


class SocketProxy(pulumi.ComponentResource):
    """The one container that mounts docker.sock; it has no network at all."""

    container: docker.Container
    volume: docker.Volume

    def __init__(self, name: str, spec: StackSpec, opts: pulumi.ResourceOptions) -> None:
        super().__init__("mcpier:index:SocketProxy", name, {}, opts)
        marks = labels(spec.stack, ROLE)
        image = built_image(
            ROLE,
            folder=FOLDER,
            digest=context_digest(read_context(Path(FOLDER))),
            build_args={"BASE": spec.bases.debian},
            parent=self,
        )
        self.volume = declare_volume(ROLE, spec.stack, marks, self)
        directory = SOCKET.rpartition("/")[0]
        ask = ["curl", "-fsS", "-m", "2", "--unix-socket", SOCKET, "http://docker/_ping"]
        self.container = declare_container(
            name,
            ContainerArgs(
                host_name=host_name(spec.stack, ROLE),
                image=image,
                labels=marks,
                health=Health(
                    command=tuple(ask), interval=5, timeout=3, start_period=10, retries=3
                ),
                # docker.sock belongs to root; without capabilities that is all root may open.
                user="0",
                network_mode="none",
                mounts=[Mount(volume=self.volume.name, path=directory, read_only=False)],
                docker_socket=True,
                memory=64,
                stop_seconds=5,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
