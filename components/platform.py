"""The whole platform of a stack, one component per part."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_docker as docker
from pulumi_command import local

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


@dataclass(frozen=True, kw_only=True)
class _Edge:
    """What every request passes."""

    proxy: SocketProxy
    traefik: Traefik
    gate: Authgate

    @property
    def parts(self) -> list[Part]:
        """Its containers, for the last step of a deploy."""
        return [
            _part("The socket-proxy", self.proxy.container),
            _part("Traefik", self.traefik.container),
            *self._certificates(),
            _part("authgate", self.gate.container),
        ]

    @property
    def serving(self) -> list[pulumi.Resource]:
        """What must be there before requests can come."""
        return [self.traefik.container, self.gate.container]

    def _certificates(self) -> list[Part]:
        if self.traefik.host_certificates is None:
            return []
        container = self.traefik.host_certificates.container
        return [_part("The certificates' follower", container)]


class Platform(pulumi.ComponentResource):
    """Declares a stack: networks, secrets, the edge, the gate, the instances, readiness.

    `given` are the secrets of its config, by instance; `ready` is the last of all resources.
    """

    ready: local.Command

    def __init__(self, name: str, spec: StackSpec, given: pulumi.Output[AllGiven]) -> None:
        super().__init__("mcpier:index:Platform", name)
        self._spec = spec
        self._child = pulumi.ResourceOptions(parent=self)
        self._networks = Networks("networks", spec, self._child)
        self._vault = Vault("vault", spec, given=given, opts=self._child)
        self._files_image = ready_image("files", spec.bases.python, parent=self)
        edge = self._edge()
        ground = self._ground(edge)
        found = [(item, self._instance(ground, item)) for item in spec.instances]
        protected = [part for item, parts in found if item.protected for part in parts]
        needed = [part.container for part in (*edge.parts, *protected)] if spec.protected else []
        Protection("protection", needed, self._child)
        looking = [*self._observability(edge), *self._portal(edge)]
        instances = [part for _, parts in found for part in parts]
        self.ready = await_ready("readiness", [*edge.parts, *looking, *instances], self._child)
        self.register_outputs({})

    def _edge(self) -> _Edge:
        proxy = SocketProxy("socket-proxy", self._spec, self._child)
        traefik = Traefik(
            "traefik",
            self._spec,
            network=host_name(self._spec.stack, "instances"),
            proxy=proxy,
            vault=self._vault,
            files_image=self._files_image,
            platform=[self._networks.control, self._networks.gate],
            opts=self._child,
        )
        gate = Authgate(
            "authgate",
            self._spec,
            networks=self._networks,
            vault=self._vault,
            after=[traefik.container],
            opts=self._child,
        )
        return _Edge(proxy=proxy, traefik=traefik, gate=gate)

    def _ground(self, edge: _Edge) -> Ground:
        images = InstanceImages(self._spec, parent=self)
        warn_of_unpinned(self._spec, images, parent=self)
        return Ground(
            spec=self._spec,
            images=images,
            networks=self._networks,
            secrets=InstanceSecrets(
                "instance-secrets",
                self._spec,
                vault=self._vault,
                files_image=self._files_image.image_id,
                opts=self._child,
            ),
            volumes=InstanceVolumes("instance-volumes", self._spec, self._child),
            probe=Probe("probe", self._spec, self._child),
            # Their order holds both ways: nothing of the edge goes before the last instance.
            after=[*self._isolation(), *edge.serving],
        )

    def _isolation(self) -> list[pulumi.Resource]:
        """Tries each network on which there are instances."""
        return [
            probe_isolation(
                f"isolation{suffix}",
                self._spec,
                network=network,
                image=self._files_image.image_id,
                opts=self._child,
            )
            for suffix, network in self._networks.apart().items()
        ]

    def _instance(self, ground: Ground, instance: Instance) -> list[Part]:
        return McpInstance(f"mcp-{instance.id}", ground, instance, self._child).parts

    def _observability(self, edge: _Edge) -> list[Part]:
        """What keeps metrics, where the stack does; no instance needs it."""
        if self._spec.observability is None or edge.proxy.metrics is None:
            return []
        kept = Observability(
            "observability",
            self._spec,
            self._spec.observability,
            networks=self._networks,
            socket=edge.proxy.metrics,
            after=[edge.proxy.container, *edge.serving],
            opts=self._child,
        )
        return [_part("The exporter", kept.exporter), _part("Prometheus", kept.prometheus)]

    def _portal(self, edge: _Edge) -> list[Part]:
        """What operators look at, where no web app stands in its place."""
        if not has_portal(self._spec):
            return []
        portal = Portal(
            "portal",
            self._spec,
            networks=self._networks,
            files_image=self._files_image.image_id,
            after=[edge.gate.container],
            opts=self._child,
        )
        return [_part("The portal", portal.container), _part("The docker-reader", portal.reader)]

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


def _part(title: str, container: docker.Container) -> Part:
    return Part(title=title, container=container, pids=PLATFORM_PIDS)
