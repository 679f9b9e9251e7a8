"""What a stack is, once its config has been read and found good."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network

from components.core.instance_type import DataVolume, InstanceType


class State(StrEnum):
    """Whether an instance has a container; a stopped one keeps its volumes, tokens and record."""

    RUNNING = "running"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True)
class Edge:
    """Where the platform listens on the host, and the network on which its own parts meet."""

    http_port: int
    https_port: int
    admin_port: int
    control_subnet: IPv4Network

    @property
    def authgate_address(self) -> IPv4Address:
        """The fixed address of authgate: the first after the bridge's gateway."""
        return self.control_subnet[2]


@dataclass(frozen=True, kw_only=True)
class SelfSigned:
    """A CA of the stack's own; raising `generation` issues a new wildcard certificate."""

    generation: int


@dataclass(frozen=True, kw_only=True)
class Bases:
    """The images that everything mcpier runs is built from."""

    debian: str
    node: str
    python: str
    traefik: str


@dataclass(frozen=True, kw_only=True)
class Token:
    """A named bearer token; raising `generation` draws a new value under the same name."""

    name: str
    generation: int
    expires: str | None


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One MCP server; `choices` holds what is chosen, or the type's default, by name.

    `variables` are the plain ones; `given_secrets` tells whether its container gets secrets that
    the config gives.
    """

    id: str
    type: InstanceType
    state: State
    tokens: tuple[Token, ...]
    origins: tuple[str, ...]
    choices: Mapping[str, str]
    variables: Mapping[str, str]
    given_secrets: bool

    @property
    def volumes(self) -> tuple[DataVolume, ...]:
        """The type's volumes that these choices ask for."""
        return tuple(
            volume
            for volume in self.type.volumes
            if volume.when is None or self.choices.get(volume.when.choice) == volume.when.value
        )


@dataclass(frozen=True, kw_only=True)
class StackSpec:
    """A whole stack; instances are sorted by id."""

    stack: str
    domain: str
    edge: Edge
    tls: SelfSigned
    bases: Bases
    instances: tuple[Instance, ...]
