"""What a stack is, once its config has been read and found good."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network
from pathlib import PurePosixPath

from components.core.choice import Value, as_text
from components.core.instance_type import Build, ContainerType, DataVolume, InstanceType
from components.core.naming import container_part


class State(StrEnum):
    """Whether an instance has a container; a stopped one keeps its volumes, tokens and record."""

    RUNNING = "running"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True)
class Edge:
    """Where the platform listens on the host, and what its own parts' networks are made of."""

    http_port: int
    https_port: int
    admin_port: int
    control_subnet: IPv4Network


@dataclass(frozen=True, kw_only=True)
class Observability:
    """Prometheus, on a port of the Docker host's loopback; what it keeps is bounded twice."""

    port: int
    retention_days: int
    retention_mib: int


@dataclass(frozen=True, kw_only=True)
class SelfSigned:
    """A CA of the stack's own; raising `generation` issues a new wildcard certificate."""

    generation: int


@dataclass(frozen=True, kw_only=True)
class Files:
    """A certificate that the user brings, as PEM texts; the chain begins with the leaf."""

    chain: str
    key: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class HostDir:
    """A folder on the Docker host with `fullchain.pem` and `privkey.pem`, renewed there."""

    path: PurePosixPath

    @property
    def mounted(self) -> tuple[PurePosixPath, ...]:
        """What must be seen to read it: certbot's `live/<name>` links to `archive/<name>`."""
        if self.path.parent.name != "live":
            return (self.path,)
        return (self.path, self.path.parent.parent / "archive" / self.path.name)


@dataclass(frozen=True, kw_only=True)
class Acme:
    """A wildcard certificate by ACME's DNS-01; `ca` (PEM) vouches for a private ACME server.

    `credentials` names what is given to the DNS provider, by the variables of its documentation;
    `delay_before_checks` is in seconds.
    """

    email: str
    dns_provider: str
    ca_server: str
    ca: str | None
    disable_checks: bool
    delay_before_checks: int
    credentials: tuple[str, ...]


Tls = SelfSigned | Files | HostDir | Acme


@dataclass(frozen=True, kw_only=True)
class Bases:
    """The images that everything mcpier runs is built from."""

    debian: str
    node: str
    python: str
    traefik: str

    def build_args(self, image: Build) -> dict[str, str]:
        """What the build of an image is given: its base, and names of packages between spaces."""
        bases = {"debian": self.debian, "node": self.node, "python": self.python}
        packages = {
            f"{installer.upper()}_PACKAGES": " ".join(names)
            for installer, names in image.installed.items()
        }
        return {"BASE": bases[image.base], **packages}


@dataclass(frozen=True, kw_only=True)
class Token:
    """A named bearer token; raising `generation` draws a new value under the same name."""

    name: str
    generation: int
    expires: str | None


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One MCP server; `choices` holds what is chosen, or the type's default, by name.

    `type` is the type as these choices make it. `variables` are the plain ones; `given_secrets`
    tells whether its container gets secrets that the config gives. Nothing removes a `protected`
    one. Those who have the tokens of its live view lose them with another `view_generation`.
    """

    id: str
    type: InstanceType
    state: State
    protected: bool
    tokens: tuple[Token, ...]
    origins: tuple[str, ...]
    view_generation: int
    choices: Mapping[str, Value]
    variables: Mapping[str, str]
    given_secrets: bool

    @property
    def volumes(self) -> tuple[DataVolume, ...]:
        """The volumes of its own container."""
        return self.volumes_of(self.type)

    def part(self, container: ContainerType) -> str:
        """What one of its containers is called within its stack."""
        return container_part(self.id, "" if container is self.type else container.name)

    def volumes_of(self, container: ContainerType) -> tuple[DataVolume, ...]:
        """The volumes of one of its containers that these choices ask for."""
        chosen = {name: as_text(value) for name, value in self.choices.items()}
        return tuple(
            volume
            for volume in container.volumes
            if volume.when is None or chosen.get(volume.when.choice) == volume.when.value
        )


@dataclass(frozen=True, kw_only=True)
class StackSpec:
    """A whole stack; instances are sorted by id.

    `docker_host` is the engine that the file names, if it names one; `webapp` the URL of what
    `app.<domain>` serves, None for the portal; `observability` is there where metrics are kept;
    `warnings` are sentences for the user.
    """

    stack: str
    domain: str
    docker_host: str | None
    edge: Edge
    tls: Tls
    webapp: str | None
    observability: Observability | None
    operators: tuple[Token, ...]
    bases: Bases
    instances: tuple[Instance, ...]
    warnings: tuple[str, ...]

    @property
    def publicly_trusted(self) -> bool:
        """Whether browsers trust the edge as it stands, so that HTTPS may be promised to them."""
        private = isinstance(self.tls, SelfSigned) or (
            isinstance(self.tls, Acme) and self.tls.ca is not None
        )
        return not private and self.edge.https_port == 443

    @property
    def protected(self) -> tuple[Instance, ...]:
        """The instances that nothing removes."""
        return tuple(item for item in self.instances if item.protected)

    @property
    def running(self) -> tuple[Instance, ...]:
        """The instances that have a container."""
        return tuple(item for item in self.instances if item.state is State.RUNNING)
