"""Secrets of the instances: files in volumes of their containers, all filled by one Command."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_docker as docker
from pulumi_command import local

from components.container import Mount
from components.core.instance_type import ContainerType, SecretKind, SecretVariables
from components.core.model import Instance, StackSpec
from components.core.naming import instance_labels
from components.core.secrets import Root
from components.vault import Vault
from components.volume import File, declare_volume, write_files

SECRETS_DIR = "/run/secrets/mcpier"
# An instance and one of its containers.
Holder = tuple[Instance, ContainerType]


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
            (instance, container)
            for instance in spec.instances
            for container in instance.type.containers
            if container.secrets or _has_variable_files(instance, container)
        ]
        self._volumes = {
            instance.part(container): self._volume(spec, instance, container)
            for instance, container in holders
        }
        self.written = None
        if holders:
            self.written = write_files(
                f"{name}-files",
                spec.stack,
                image=files_image,
                volumes={
                    _root_folder(holder): self._volumes[holder[0].part(holder[1])].name
                    for holder in holders
                },
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

    def mounts(self, instance: Instance, container: ContainerType) -> list[Mount]:
        """Where a container has its secret files, if it has any."""
        volume = self._volumes.get(instance.part(container))
        return [Mount(volume=volume.name, path=SECRETS_DIR)] if volume else []

    def environment(self, instance: Instance) -> pulumi.Output[dict[str, str]] | None:
        """The secret variables of an instance whose type wants them in the environment."""
        if not instance.given_secrets or _in_files(instance):
            return None
        return self._root.apply(lambda root: dict(root.given.of(instance.id).env))

    def _volume(
        self, spec: StackSpec, instance: Instance, container: ContainerType
    ) -> docker.Volume:
        marks = instance_labels(spec.stack, instance.id, instance.type.name)
        return declare_volume(f"{instance.part(container)}-secrets", spec.stack, marks, self)


def _in_files(instance: Instance) -> bool:
    return instance.type.secret_variables is SecretVariables.FILES


def _has_variable_files(instance: Instance, container: ContainerType) -> bool:
    """Side containers get no variables of a stack's."""
    return container is instance.type and instance.given_secrets and _in_files(instance)


def _root_folder(holder: Holder) -> str:
    """Where the writing container has the volume."""
    return holder[0].part(holder[1]).removeprefix("mcp-")


def _files(holders: Sequence[Holder], root: Root) -> list[File]:
    return [file for holder in holders for file in _container_files(holder, root)]


def _container_files(holder: Holder, root: Root) -> list[File]:
    instance, container = holder
    contents = {
        name: _secret(root, instance.id, name, kind) for name, kind in container.secrets.items()
    }
    if _has_variable_files(instance, container):
        given = root.given.of(instance.id).env
        contents |= {f"env/{name}": value for name, value in given.items()}
    return [
        File(path=f"{_root_folder(holder)}/{name}", content=content, uid=container.user)
        for name, content in sorted(contents.items())
    ]


def _secret(root: Root, instance: str, name: str, kind: SecretKind) -> str:
    if kind is SecretKind.VNC:
        return root.vnc_password(instance)
    if kind is SecretKind.VNC_WATCH:
        return root.vnc_watch_password(instance)
    return root.password(instance, name)
