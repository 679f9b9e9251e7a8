"""authgate: answers Traefik about every request, from the registry that one Command writes."""

from collections.abc import Sequence
from pathlib import Path

import pulumi
import pulumi_docker as docker
from pulumi_command import local

from components.container import ContainerArgs, Endpoint, Mount, declare_container
from components.context import read_context
from components.core.addresses import gate_address, operations_address
from components.core.digest import context_digest
from components.core.instance_type import Health
from components.core.model import StackSpec
from components.core.naming import helper_run, host_name, labels
from components.core.parts import AUTHGATE as ROLE
from components.core.registry import registry_document
from components.image import built_image
from components.networks import Networks
from components.vault import Vault
from components.volume import container_command, declare_volume

FOLDER = "authgate"
REGISTRY = "/registry"


class Authgate(pulumi.ComponentResource):
    """The gate's container at its fixed addresses, and the records it decides by.

    The container starts behind all of `after`.
    """

    container: docker.Container
    registry: local.Command

    def __init__(
        self,
        name: str,
        spec: StackSpec,
        *,
        networks: Networks,
        vault: Vault,
        after: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("mcpier:index:Authgate", name, {}, opts)
        marks = labels(spec.stack, ROLE)
        image = built_image(
            ROLE,
            folder=FOLDER,
            digest=context_digest(read_context(Path(FOLDER))),
            build_args={"BASE": spec.bases.python},
            parent=self,
        )
        volume = declare_volume("registry", spec.stack, marks, self)
        self.registry = container_command(
            f"{name}-registry",
            _sync_command(spec.stack, volume, image),
            vault.root.apply(lambda root: registry_document(spec, root)),
            pulumi.ResourceOptions(parent=self),
        )
        self.container = declare_container(
            name,
            _container(spec, image, volume, networks),
            pulumi.ResourceOptions(parent=self, depends_on=[self.registry, *after]),
        )
        self.register_outputs({})


def _sync_command(
    stack: str, volume: docker.Volume, image: docker.RemoteImage
) -> pulumi.Output[str]:
    mount = pulumi.Output.concat(" --mount type=volume,source=", volume.name, f",target={REGISTRY}")
    return pulumi.Output.concat(helper_run(stack), mount, " ", image.image_id, " authgate sync")


def _container(
    spec: StackSpec, image: docker.RemoteImage, volume: docker.Volume, networks: Networks
) -> ContainerArgs:
    return ContainerArgs(
        host_name=host_name(spec.stack, ROLE),
        image=image,
        labels=labels(spec.stack, ROLE),
        health=Health(
            command=("authgate", "health"), interval=5, timeout=10, start_period=10, retries=3
        ),
        environment={
            "AUTHGATE_DOMAIN": spec.domain,
            "AUTHGATE_PUBLIC_PORT": str(spec.edge.https_port),
        },
        endpoints=[
            Endpoint(network=networks.gate.name, address=gate_address(spec.edge)),
            Endpoint(network=networks.control.name, address=operations_address(spec.edge)),
        ],
        mounts=[Mount(volume=volume.name, path=REGISTRY)],
        memory=256,
        stop_seconds=10,
    )
