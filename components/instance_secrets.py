"""Secret files of the instances: a volume for each that has any, all filled by one Command."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_docker as docker
from pulumi_command import local

from components.container import Mount
from components.core.instance_type import SecretKind
from components.core.model import Instance, StackSpec
from components.core.naming import instance_labels
from components.core.secrets import Root
from components.vault import Vault
from components.volume import File, declare_volume, write_files

SECRETS_DIR = "/run/secrets/mcpier"


class InstanceSecrets(pulumi.ComponentResource):
    """Whoever mounts one of the volumes waits for `written`."""

    _volumes: Mapping[str, docker.Volume]
    written: local.Command | None

    def __init__(
        self,
        name: str,
        spec: StackSpec,
        *,
        vault: Vault,
        files_image: pulumi.Input[str],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("mcpier:index:InstanceSecrets", name, {}, opts)
        self._root = vault.root
        holders = [
            instance
            for instance in spec.instances
            if instance.type.secrets or instance.given_secrets
        ]
        self._volumes = {instance.id: self._volume(spec, instance) for instance in holders}
        self.written = None
        if holders:
            self.written = write_files(
                f"{name}-files",
                spec.stack,
                image=files_image,
                volumes={id_: volume.name for id_, volume in self._volumes.items()},
                files=vault.root.apply(lambda root: _files(holders, root)),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})

    def marks(self, instance: Instance) -> dict[str, pulumi.Output[str]]:
        """Labels that differ when the secrets differ that the config gives to the container."""
        if not instance.given_secrets:
            return {}
        digest = self._root.apply(lambda root: root.given_digest(instance.id))
        return {"mcpier.secrets": pulumi.Output.unsecret(digest)}

    def mounts(self, instance: Instance) -> list[Mount]:
        """Where the instance's container has its secret files, if it has any."""
        volume = self._volumes.get(instance.id)
        return [Mount(volume=volume.name, path=SECRETS_DIR)] if volume else []

    def _volume(self, spec: StackSpec, instance: Instance) -> docker.Volume:
        marks = instance_labels(spec.stack, instance.id, instance.type.name)
        return declare_volume(f"mcp-{instance.id}-secrets", spec.stack, marks, self)


def _files(instances: Sequence[Instance], root: Root) -> list[File]:
    return [file for instance in instances for file in _instance_files(instance, root)]


def _instance_files(instance: Instance, root: Root) -> list[File]:
    values = {
        SecretKind.VNC: root.vnc_password(instance.id),
        SecretKind.VNC_WATCH: root.vnc_watch_password(instance.id),
    }
    contents = {name: values[kind] for name, kind in instance.type.secrets.items()}
    contents |= {f"env/{name}": value for name, value in root.given.of(instance.id).env.items()}
    return [
        File(path=f"{instance.id}/{name}", content=content, uid=instance.type.user)
        for name, content in sorted(contents.items())
    ]
