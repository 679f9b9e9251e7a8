"""Traefik: terminates TLS, finds the instances, and asks the gate about every request."""

import hashlib
from collections.abc import Sequence

import pulumi
import pulumi_docker as docker

from components.container import ContainerArgs, Mount, declare_container
from components.core.certificates import Certificates
from components.core.instance_type import Health
from components.core.model import StackSpec
from components.core.naming import host_name, labels
from components.core.routing import (
    DYNAMIC_DIR,
    DYNAMIC_FILE,
    SOCKET,
    dynamic_config,
    static_flags,
)
from components.image import ready_image
from components.socket_proxy import SocketProxy
from components.vault import Vault
from components.volume import File, declare_volume, write_files

ROLE = "traefik"
VOLUME = "traefik-dynamic"


class Traefik(pulumi.ComponentResource):
    """Traefik on the host's network, so that client addresses are real."""

    container: docker.Container

    def __init__(
        self,
        name: str,
        spec: StackSpec,
        *,
        network: str,
        proxy: SocketProxy,
        vault: Vault,
        files_image: pulumi.Input[str],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("mcpier:index:Traefik", name, {}, opts)
        volume = declare_volume(VOLUME, spec.stack, labels(spec.stack, ROLE), self)
        files = write_files(
            f"{name}-files",
            spec.stack,
            image=files_image,
            volumes={"dynamic": volume.name},
            files=vault.certificates.apply(lambda issued: _files(spec, issued)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        image = ready_image(ROLE, spec.bases.traefik, parent=self)
        mounts = [
            Mount(volume=volume.name, path=DYNAMIC_DIR),
            Mount(volume=proxy.volume.name, path=SOCKET.rpartition("/")[0]),
        ]
        self.container = declare_container(
            name,
            _container(spec, image, static_flags(spec, network), mounts),
            pulumi.ResourceOptions(parent=self, depends_on=[files, proxy.container]),
        )
        self.register_outputs({})


def _container(
    spec: StackSpec, image: docker.RemoteImage, flags: list[str], mounts: list[Mount]
) -> ContainerArgs:
    ask = ("traefik", "healthcheck", *_ping_flags(flags))
    return ContainerArgs(
        host_name=host_name(spec.stack, ROLE),
        image=image,
        labels=labels(spec.stack, ROLE),
        health=Health(command=ask, interval=5, timeout=3, start_period=10, retries=3),
        entrypoint=["traefik"],
        command=flags,
        # Ports below 1024 need uid 0 here: a capability alone does not reach another uid.
        user="0",
        # As the engine reports it: another spelling shows as a change on every refresh.
        capabilities=["CAP_NET_BIND_SERVICE"],
        network_mode="host",
        mounts=mounts,
        memory=512,
        stop_seconds=15,
    )


def _ping_flags(flags: Sequence[str]) -> list[str]:
    return [flag for flag in flags if flag.startswith(("--entrypoints.admin", "--ping"))]


def _files(spec: StackSpec, issued: Certificates) -> list[File]:
    """Certificate and key under names of their own, then the one document that names them."""
    pair = hashlib.sha256((issued.chain + issued.key).encode()).hexdigest()[:16]
    certificate, key = f"tls/{pair}.crt", f"tls/{pair}.key"
    document = dynamic_config(spec, f"{DYNAMIC_DIR}/{certificate}", f"{DYNAMIC_DIR}/{key}")
    return [
        File(path=f"dynamic/{certificate}", content=issued.chain),
        File(path=f"dynamic/{key}", content=issued.key),
        File(path=f"dynamic/{DYNAMIC_FILE}", content=document),
    ]
