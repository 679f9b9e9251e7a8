"""The whole platform of a stack, one component per part."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_docker as docker

from components.authgate import Authgate
from components.core import outputs
from components.core.given import AllGiven
from components.core.instance_type import InstanceType
from components.core.model import Instance, StackSpec, State
from components.core.naming import host_name
from components.image import built_image, ready_image
from components.instance import McpInstance
from components.instance_secrets import InstanceSecrets
from components.instance_volumes import InstanceVolumes
from components.isolation import probe_isolation
from components.networks import Networks
from components.protection import Protection
from components.readiness import Part, await_ready
from components.socket_proxy import SocketProxy
from components.traefik import Traefik
from components.vault import Vault

# Ample for what the platform's own parts start.
PLATFORM_PIDS = 256


class Platform(pulumi.ComponentResource):
    """Declares a stack: networks, secrets, the edge, the gate, the instances, readiness.

    `given` are the secrets of its config, by instance.
    """

    def __init__(self, name: str, spec: StackSpec, given: pulumi.Output[AllGiven]) -> None:
        super().__init__("mcpier:index:Platform", name)
        child = pulumi.ResourceOptions(parent=self)
        self._spec = spec
        networks = Networks("networks", spec, child)
        self._vault = Vault("vault", spec, given=given, opts=child)
        files_image = ready_image("files", spec.bases.python, parent=self)
        proxy = SocketProxy("socket-proxy", spec, child)
        traefik = Traefik(
            "traefik",
            spec,
            network=host_name(spec.stack, "instances"),
            proxy=proxy,
            vault=self._vault,
            files_image=files_image,
            opts=child,
        )
        gate = Authgate(
            "authgate",
            spec,
            networks=networks,
            vault=self._vault,
            after=[traefik.container],
            opts=child,
        )
        secrets = InstanceSecrets(
            "instance-secrets",
            spec,
            vault=self._vault,
            files_image=files_image.image_id,
            opts=child,
        )
        volumes = InstanceVolumes("instance-volumes", spec, child)
        isolation = probe_isolation(
            "isolation", spec, network=networks.instances, image=files_image.image_id, opts=child
        )
        edge = [
            Part(title="The socket-proxy", container=proxy.container, pids=PLATFORM_PIDS),
            Part(title="Traefik", container=traefik.container, pids=PLATFORM_PIDS),
            *self._certificates(traefik),
            Part(title="authgate", container=gate.container, pids=PLATFORM_PIDS),
        ]
        # Their order holds both ways: nothing of the edge goes before the last instance.
        after = [isolation, traefik.container, gate.container]
        running = self._instances(spec, networks, secrets, volumes, after)
        protected = [container for item, container in running if item.protected]
        needed = [*(part.container for part in edge), *protected] if spec.protected else []
        Protection("protection", needed, child)
        await_ready("readiness", [*edge, *(_part(*found) for found in running)], child)
        self.register_outputs({})

    def _certificates(self, traefik: Traefik) -> list[Part]:
        if traefik.host_certificates is None:
            return []
        container = traefik.host_certificates.container
        return [Part(title="The certificates' follower", container=container, pids=PLATFORM_PIDS)]

    def _instances(
        self,
        spec: StackSpec,
        networks: Networks,
        secrets: InstanceSecrets,
        volumes: InstanceVolumes,
        after: Sequence[pulumi.Resource],
    ) -> list[tuple[Instance, docker.Container]]:
        """Declares all of them; gives those that run, with their containers."""
        types = {item.type.name: item.type for item in spec.running}
        images = {name: self._type_image(spec, kind) for name, kind in sorted(types.items())}
        found = []
        for item in spec.instances:
            container = McpInstance(
                f"mcp-{item.id}",
                spec,
                item,
                image=images[item.type.name] if item.state is State.RUNNING else None,
                network=networks.instances.name,
                secrets=secrets,
                volumes=volumes,
                after=after,
                opts=pulumi.ResourceOptions(parent=self),
            ).container
            if container is not None:
                found.append((item, container))
        return found

    def _type_image(self, spec: StackSpec, kind: InstanceType) -> docker.RemoteImage:
        return built_image(
            kind.name,
            folder=kind.folder,
            digest=kind.context_digest,
            build_args=spec.bases.build_args(kind.base),
            parent=self,
        )

    def outputs(self) -> Mapping[str, Any]:
        """The stack's outputs, by name."""
        spec, root, certificates = self._spec, self._vault.root, self._vault.certificates
        found: dict[str, Any] = {
            "instances": outputs.instances(spec),
            "clients": pulumi.Output.secret(root.apply(lambda root: outputs.clients(spec, root))),
            "viewers": pulumi.Output.secret(root.apply(lambda root: outputs.viewers(spec, root))),
        }
        if certificates is None:
            return found
        return found | {"ca": pulumi.Output.unsecret(certificates.apply(lambda made: made.ca))}


def _part(instance: Instance, container: docker.Container) -> Part:
    pids = instance.type.limits.pids
    return Part(title=f"Instance {instance.id}", container=container, pids=pids)
