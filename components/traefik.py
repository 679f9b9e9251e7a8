"""Traefik: terminates TLS, finds the instances, and asks the gate about every request."""

import hashlib
from collections.abc import Sequence

import pulumi
import pulumi_docker as docker
from pulumi_command import local

from components.acme import AcmeFiles
from components.container import ContainerArgs, Mount, declare_container
from components.core.flags import MEMORY, RUNTIME, SOCKET, static_flags
from components.core.instance_type import Health
from components.core.model import Acme, Files, HostDir, StackSpec
from components.core.naming import host_name, labels
from components.core.parts import TRAEFIK as ROLE
from components.core.routing import DYNAMIC_DIR, DYNAMIC_FILE, dynamic_config
from components.host_certificates import PUBLISHED, HostCertificates
from components.image import ready_image
from components.socket_proxy import SocketProxy
from components.vault import Vault
from components.volume import File, declare_volume, write_files

VOLUME = "traefik-dynamic"
# A certificate chain and its key, PEM.
Pair = tuple[str, str]


class Traefik(pulumi.ComponentResource):
    """Traefik on the host's network, so that client addresses are real.

    It asks the gate, and tells its metrics, on `platform`'s networks, which are there before it.
    """

    container: docker.Container
    host_certificates: HostCertificates | None

    def __init__(
        self,
        name: str,
        spec: StackSpec,
        *,
        network: str,
        proxy: SocketProxy,
        vault: Vault,
        files_image: docker.RemoteImage,
        platform: Sequence[docker.Network],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("mcpier:index:Traefik", name, {}, opts)
        volume = declare_volume(VOLUME, spec.stack, labels(spec.stack, ROLE), self)
        self.host_certificates = self._host_certificates(spec, volume, files_image)
        acme = self._acme(spec, vault, files_image)
        files = self._dynamic_files(f"{name}-files", spec, vault, volume, files_image)
        mounts = [
            Mount(volume=volume.name, path=DYNAMIC_DIR),
            Mount(volume=proxy.volume.name, path=SOCKET.rpartition("/")[0]),
        ]
        image = ready_image(ROLE, spec.bases.traefik, parent=self)
        self.container = declare_container(
            name,
            _container(spec, image, static_flags(spec, network), mounts, acme),
            pulumi.ResourceOptions(
                parent=self,
                depends_on=[files, proxy.container, *([acme.written] if acme else []), *platform],
                # It goes before they do: else what it asks the gate, tokens among it, left the host
                # by the default route meanwhile.
                replace_with=list(platform),
            ),
        )
        self.register_outputs({})

    def _host_certificates(
        self, spec: StackSpec, volume: docker.Volume, image: docker.RemoteImage
    ) -> HostCertificates | None:
        """What follows certificates on the Docker host, where they are there."""
        if not isinstance(spec.tls, HostDir):
            return None
        child = pulumi.ResourceOptions(parent=self)
        return HostCertificates(
            "certificates", spec, spec.tls, volume=volume, image=image, opts=child
        )

    def _acme(
        self, spec: StackSpec, vault: Vault, files_image: docker.RemoteImage
    ) -> AcmeFiles | None:
        """What Traefik needs to be issued one itself, where it is to."""
        if not isinstance(spec.tls, Acme):
            return None
        child = pulumi.ResourceOptions(parent=self)
        return AcmeFiles(
            "acme", spec, spec.tls, vault=vault, files_image=files_image.image_id, opts=child
        )

    def _dynamic_files(
        self,
        name: str,
        spec: StackSpec,
        vault: Vault,
        volume: docker.Volume,
        image: docker.RemoteImage,
    ) -> local.Command:
        """Fills the watched folder; what is published there from the host is there before."""
        published = [self.host_certificates.published] if self.host_certificates else []
        return write_files(
            name,
            spec.stack,
            image=image.image_id,
            volumes={"dynamic": volume.name},
            files=_pair(spec, vault).apply(lambda pair: _files(spec, pair)),
            kept=[f"dynamic/{name}" for name in PUBLISHED] if published else [],
            watched=True,
            opts=pulumi.ResourceOptions(parent=self, depends_on=published),
        )


def _pair(spec: StackSpec, vault: Vault) -> pulumi.Output[Pair | None]:
    """What Traefik's folder is to hold; None where its certificate comes another way."""
    if isinstance(spec.tls, Files):
        return pulumi.Output.secret((spec.tls.chain, spec.tls.key))
    if vault.certificates is None:
        return pulumi.Output.from_input(None)
    return vault.certificates.apply(lambda issued: (issued.chain, issued.key))


def _container(
    spec: StackSpec,
    image: docker.RemoteImage,
    flags: list[str],
    mounts: list[Mount],
    acme: AcmeFiles | None,
) -> ContainerArgs:
    ask = ("traefik", "healthcheck", *_ping_flags(flags))
    return ContainerArgs(
        host_name=host_name(spec.stack, ROLE),
        image=image,
        labels={**labels(spec.stack, ROLE), **(acme.labels if acme else {})},
        health=Health(command=ask, interval=5, timeout=10, start_period=10, retries=3),
        entrypoint=["traefik"],
        command=flags,
        environment={**RUNTIME, **(acme.environment if acme else {})},
        # Ports below 1024 need uid 0 here: a capability alone does not reach another uid.
        user="0",
        # As the engine reports it: another spelling shows as a change on every refresh.
        capabilities=["CAP_NET_BIND_SERVICE"],
        network_mode="host",
        mounts=[*mounts, *(acme.mounts if acme else [])],
        memory=MEMORY,
        stop_seconds=15,
    )


def _ping_flags(flags: Sequence[str]) -> list[str]:
    return [flag for flag in flags if flag.startswith(("--entrypoints.admin", "--ping"))]


def _files(spec: StackSpec, pair: Pair | None) -> list[File]:
    """Certificate and key under names of their own, then the one document that names them."""
    if pair is None:
        return [File(path=f"dynamic/{DYNAMIC_FILE}", content=dynamic_config(spec, None))]
    chain, key = pair
    digest = hashlib.sha256((chain + key).encode()).hexdigest()[:16]
    names = f"tls/{digest}.crt", f"tls/{digest}.key"
    document = dynamic_config(spec, (f"{DYNAMIC_DIR}/{names[0]}", f"{DYNAMIC_DIR}/{names[1]}"))
    return [
        File(path=f"dynamic/{names[0]}", content=chain),
        File(path=f"dynamic/{names[1]}", content=key),
        File(path=f"dynamic/{DYNAMIC_FILE}", content=document),
    ]
