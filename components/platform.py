"""The whole platform of a stack, one component per part."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from components.authgate import Authgate
from components.core import outputs
from components.core.given import AllGiven
from components.core.model import Instance, StackSpec
from components.core.naming import host_name
from components.core.parts import has_portal
from components.image import ready_image
from components.installed import warn_of_unpinned
from components.instance import Ground, McpInstance
from components.instance_images import InstanceImages
from components.instance_secrets import InstanceSecrets
from components.instance_volumes import InstanceVolumes
from components.isolation import probe_isolation
from components.networks import Networks
from components.observability import Observability
from components.portal import Portal
from components.probe import Probe
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
            # Its metrics are at an address of this network.
            after=[networks.control],
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
        self._portal = None
        if has_portal(spec):
            self._portal = Portal(
                "portal",
                spec,
                networks=networks,
                files_image=files_image.image_id,
                after=[gate.container],
                opts=child,
            )
        secrets = InstanceSecrets(
            "instance-secrets",
            spec,
            vault=self._vault,
            files_image=files_image.image_id,
            opts=child,
        )
        edge = [
            Part(title="The socket-proxy", container=proxy.container, pids=PLATFORM_PIDS),
            Part(title="Traefik", container=traefik.container, pids=PLATFORM_PIDS),
            *self._certificates(traefik),
            Part(title="authgate", container=gate.container, pids=PLATFORM_PIDS),
        ]
        apart = [
            probe_isolation(
                f"isolation{suffix}",
                spec,
                network=network,
                image=files_image.image_id,
                opts=child,
            )
            for suffix, network in networks.apart().items()
        ]
        images = InstanceImages(spec, parent=self)
        warn_of_unpinned(spec, images, parent=self)
        ground = Ground(
            spec=spec,
            images=images,
            networks=networks,
            secrets=secrets,
            volumes=InstanceVolumes("instance-volumes", spec, child),
            probe=Probe("probe", spec, child),
            # Their order holds both ways: nothing of the edge goes before the last instance.
            after=[*apart, traefik.container, gate.container],
        )
        found = [(item, self._parts(ground, item)) for item in spec.instances]
        protected = [part for item, parts in found if item.protected for part in parts]
        needed = [part.container for part in (*edge, *protected)] if spec.protected else []
        Protection("protection", needed, child)
        looking = self._observability(networks, proxy, [traefik.container, gate.container])
        looking += self._portal_parts()
        instances = [part for _, parts in found for part in parts]
        await_ready("readiness", [*edge, *looking, *instances], child)
        self.register_outputs({})

    def _observability(
        self, networks: Networks, proxy: SocketProxy, after: Sequence[pulumi.Resource]
    ) -> list[Part]:
        """What keeps metrics, where the stack does; no instance needs it."""
        if self._spec.observability is None or proxy.metrics is None:
            return []
        kept = Observability(
            "observability",
            self._spec,
            self._spec.observability,
            networks=networks,
            socket=proxy.metrics,
            after=[proxy.container, *after],
            opts=pulumi.ResourceOptions(parent=self),
        )
        return [
            Part(title="The exporter", container=kept.exporter, pids=PLATFORM_PIDS),
            Part(title="Prometheus", container=kept.prometheus, pids=PLATFORM_PIDS),
        ]

    def _certificates(self, traefik: Traefik) -> list[Part]:
        if traefik.host_certificates is None:
            return []
        container = traefik.host_certificates.container
        return [Part(title="The certificates' follower", container=container, pids=PLATFORM_PIDS)]

    def _portal_parts(self) -> list[Part]:
        if self._portal is None:
            return []
        return [
            Part(title="The portal", container=self._portal.container, pids=PLATFORM_PIDS),
            Part(title="The docker-reader", container=self._portal.reader, pids=PLATFORM_PIDS),
        ]

    def _parts(self, ground: Ground, instance: Instance) -> list[Part]:
        child = pulumi.ResourceOptions(parent=self)
        return McpInstance(f"mcp-{instance.id}", ground, instance, child).parts

    def outputs(self) -> Mapping[str, Any]:
        """The stack's outputs, by name."""
        spec, root, certificates = self._spec, self._vault.root, self._vault.certificates
        found: dict[str, Any] = {
            "instances": outputs.instances(spec),
            "clients": pulumi.Output.secret(root.apply(lambda root: outputs.clients(spec, root))),
            "viewers": pulumi.Output.secret(root.apply(lambda root: outputs.viewers(spec, root))),
        }
        if has_portal(spec):
            found |= {
                "portal": root.apply(lambda root: outputs.portal(spec, root)),
                "portalUrl": outputs.portal_url(spec),
            }
        if certificates is None:
            return found
        return found | {"ca": pulumi.Output.unsecret(certificates.apply(lambda made: made.ca))}
