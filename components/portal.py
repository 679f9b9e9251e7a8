"""The portal at `app.<domain>`, and the reader by which it learns of the stack's containers."""

from collections.abc import Sequence
from pathlib import Path

import pulumi
import pulumi_docker as docker

from components.container import ContainerArgs, Endpoint, Mount, declare_container
from components.context import read_context
from components.core.addresses import host_address, operations_address, portal_address
from components.core.digest import context_digest
from components.core.instance_type import Health
from components.core.model import StackSpec
from components.core.naming import host_name, labels
from components.core.parts import DOCKER_READER, PORTAL
from components.core.portal import portal_document
from components.core.routing import OPERATIONS_PORT
from components.image import built_image
from components.networks import Networks
from components.volume import File, declare_volume, write_files

FOLDER = "portal"
# Where they find each other (portal/settings.py).
STACK_FILE = "/etc/portal/stack.json"
SOCKET_FOLDER = "/run/portal"
USER = 65532


class Portal(pulumi.ComponentResource):
    """Two containers of one image: who is asked by browsers holds no docker.sock."""

    container: docker.Container
    reader: docker.Container

    def __init__(
        self,
        name: str,
        spec: StackSpec,
        *,
        networks: Networks,
        files_image: pulumi.Input[str],
        after: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("mcpier:index:Portal", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        image = self._image(spec)
        told, socket = (
            declare_volume(part, spec.stack, labels(spec.stack, part), self)
            for part in (PORTAL, DOCKER_READER)
        )
        written = write_files(
            f"{name}-stack",
            spec.stack,
            image=files_image,
            volumes={PORTAL: told.name},
            files=pulumi.Output.from_input([_stack_file(spec)]),
            opts=child,
        )
        self.reader = declare_container(DOCKER_READER, _reader(spec, image, socket.name), child)
        mounts = [
            Mount(volume=told.name, path=STACK_FILE.rpartition("/")[0]),
            Mount(volume=socket.name, path=SOCKET_FOLDER),
        ]
        self.container = declare_container(
            name,
            _portal(spec, image, networks.control.name, mounts),
            pulumi.ResourceOptions(parent=self, depends_on=[written, self.reader, *after]),
        )
        self.register_outputs({})

    def _image(self, spec: StackSpec) -> docker.RemoteImage:
        return built_image(
            PORTAL,
            folder=FOLDER,
            digest=context_digest(read_context(Path(FOLDER))),
            build_args={"BASE": spec.bases.python},
            parent=self,
        )


def _stack_file(spec: StackSpec) -> File:
    path = f"{PORTAL}/{STACK_FILE.rpartition('/')[2]}"
    return File(path=path, content=portal_document(spec), uid=USER)


def _health(command: str) -> Health:
    return Health(command=("portal", command), interval=5, timeout=10, start_period=10, retries=3)


def _reader(spec: StackSpec, image: docker.RemoteImage, socket: pulumi.Input[str]) -> ContainerArgs:
    return ContainerArgs(
        host_name=host_name(spec.stack, DOCKER_READER),
        image=image,
        labels=labels(spec.stack, DOCKER_READER),
        command=["portal", "read"],
        health=_health("read-health"),
        environment={"PORTAL_STACK": spec.stack},
        # docker.sock belongs to root; without capabilities that is all root may open.
        user="0",
        network_mode="none",
        mounts=[Mount(volume=socket, path=SOCKET_FOLDER, read_only=False)],
        docker_socket=True,
        memory=64,
        stop_seconds=5,
    )


def _portal(
    spec: StackSpec,
    image: docker.RemoteImage,
    network: pulumi.Input[str],
    mounts: Sequence[Mount],
) -> ContainerArgs:
    # The network's gateway is the host, where Traefik listens on all addresses.
    edge = f"{host_address(spec.edge)}:{spec.edge.https_port}"
    return ContainerArgs(
        host_name=host_name(spec.stack, PORTAL),
        image=image,
        labels=labels(spec.stack, PORTAL),
        health=_health("health"),
        environment={
            "PORTAL_ACTIVITY": f"{operations_address(spec.edge)}:{OPERATIONS_PORT}",
            "PORTAL_EDGE": edge,
        },
        endpoints=[Endpoint(network=network, address=portal_address(spec.edge))],
        mounts=mounts,
        memory=64,
        stop_seconds=5,
    )
