"""A certificate that lives on the Docker host, and whose renewals are followed from there."""

import json
import shlex
from pathlib import Path

import pulumi
import pulumi_docker as docker
from pulumi_command import local

from components.container import ContainerArgs, Mount, declare_container
from components.core.instance_type import Health
from components.core.model import HostDir, StackSpec
from components.core.naming import LOCKED, helper_run, host_name, labels
from components.core.parts import CERTIFICATES as ROLE
from components.core.routing import DYNAMIC_DIR, certificate_document
from components.volume import container_command

FOLLOWER = Path(__file__).parent / "scripts" / "follow_certificates.py"
# What the follower keeps in Traefik's folder: the pairs, and the document that names one.
PAIRS, DOCUMENT = "host", "host.yaml"
PUBLISHED = (PAIRS, DOCUMENT)
LOOKED = "/run/looked"
# The folders of certbot are root's own; without capabilities that is all root may read.
USER = "0"
# A renewal must be seen within a minute; a look reads two small files.
SECONDS = 5


class HostCertificates(pulumi.ComponentResource):
    """`published` checks the pair once, in the deploy; `container` looks for another one."""

    published: local.Command
    container: docker.Container

    def __init__(
        self,
        name: str,
        spec: StackSpec,
        tls: HostDir,
        *,
        volume: docker.Volume,
        image: docker.RemoteImage,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("mcpier:index:HostCertificates", name, {}, opts)
        order = _order(spec, tls)
        self.published = container_command(
            f"{name}-published",
            _publish(spec.stack, tls, volume, image),
            order,
            pulumi.ResourceOptions(parent=self),
        )
        self.container = declare_container(
            name,
            _container(spec, tls, volume, image, order),
            pulumi.ResourceOptions(parent=self, depends_on=[self.published]),
        )
        self.register_outputs({})


def _order(spec: StackSpec, tls: HostDir) -> str:
    """What the follower is told."""
    return json.dumps(
        {
            "document": certificate_document("{certificate}", "{key}"),
            "host": f"mcp-any.{spec.domain}",
            "looked": LOOKED,
            "pairs": f"{DYNAMIC_DIR}/{PAIRS}",
            "published": f"{DYNAMIC_DIR}/{DOCUMENT}",
            "seconds": SECONDS,
            "source": str(tls.path),
        },
        sort_keys=True,
    )


def _publish(
    stack: str, tls: HostDir, volume: docker.Volume, image: docker.RemoteImage
) -> pulumi.Output[str]:
    """With the follower's rights: what it could never read must end the deploy."""
    folders = " ".join(
        f"--mount type=bind,source={folder},target={folder},readonly" for folder in tls.mounted
    )
    script = shlex.quote(FOLLOWER.read_text("utf-8"))
    return pulumi.Output.concat(
        f"{helper_run(stack)} {LOCKED} --user {USER} {folders} --mount type=volume,source=",
        volume.name,
        f",target={DYNAMIC_DIR} ",
        image.image_id,
        f" python3 -c {script} once",
    )


def _container(
    spec: StackSpec, tls: HostDir, volume: docker.Volume, image: docker.RemoteImage, order: str
) -> ContainerArgs:
    recently = ("sh", "-c", f'test -n "$(find {LOOKED} -mmin -1)"')
    return ContainerArgs(
        host_name=host_name(spec.stack, ROLE),
        image=image,
        labels=labels(spec.stack, ROLE),
        health=Health(command=recently, interval=5, timeout=10, start_period=10, retries=3),
        entrypoint=["python3", "-c", FOLLOWER.read_text("utf-8")],
        command=["follow", order],
        user=USER,
        network_mode="none",
        mounts=[Mount(volume=volume.name, path=DYNAMIC_DIR, read_only=False)],
        host_folders=[str(folder) for folder in tls.mounted],
        tmpfs={"/run": "size=1m,mode=0755"},
        memory=64,
        stop_seconds=5,
    )
