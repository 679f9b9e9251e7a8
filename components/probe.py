"""mcpier's own probe: what Docker's health check runs in images that have no program for it."""

from collections.abc import Sequence
from pathlib import Path

import pulumi
import pulumi_docker as docker
from pulumi_command import local

from components.container import Mount
from components.context import read_context
from components.core.digest import context_digest
from components.core.instance_type import ContainerType
from components.core.model import StackSpec
from components.core.naming import helper_run, labels
from components.core.parse_health import PROBE_DIR
from components.image import built_image
from components.volume import declare_volume

FOLDER = "image/probe"
ROLE = "probe"


class Probe(pulumi.ComponentResource):
    """A volume with the probe in it, where a container of the stack needs one.

    Whoever mounts it waits for `written`.
    """

    volume: docker.Volume | None
    written: local.Command | None

    def __init__(self, name: str, spec: StackSpec, opts: pulumi.ResourceOptions) -> None:
        super().__init__("mcpier:index:Probe", name, {}, opts)
        self.volume = self.written = None
        if any(map(needs_probe, _containers(spec))):
            self.volume = declare_volume(ROLE, spec.stack, labels(spec.stack, ROLE), self)
            self.written = self._write(f"{name}-files", spec, self.volume)
        self.register_outputs({})

    def mounts(self, container: ContainerType) -> list[Mount]:
        """Where a container has it, if its health check asks for it."""
        if self.volume is None or not needs_probe(container):
            return []
        return [Mount(volume=self.volume.name, path=PROBE_DIR)]

    def _write(self, name: str, spec: StackSpec, volume: docker.Volume) -> local.Command:
        image = built_image(
            ROLE,
            folder=FOLDER,
            digest=context_digest(read_context(Path(FOLDER))),
            build_args={"BASE": spec.bases.debian},
            parent=self,
        )
        mount = pulumi.Output.concat("--mount type=volume,source=", volume.name, ",target=/probe")
        command = pulumi.Output.concat(helper_run(spec.stack), " ", mount, " ", image.image_id)
        return local.Command(
            name,
            create=command,
            update=command,
            logging=local.Logging.STDERR,
            add_previous_output_in_env=False,
            opts=pulumi.ResourceOptions(parent=self),
        )


def needs_probe(container: ContainerType) -> bool:
    """Whether its health check runs the probe."""
    return container.health.probed


def _containers(spec: StackSpec) -> Sequence[ContainerType]:
    return [container for item in spec.running for container in item.type.containers]
