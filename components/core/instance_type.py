"""Instance types: what `image/<type>/type.yaml` says."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Auth(StrEnum):
    """What the gate asks of a request to an endpoint."""

    BEARER = "bearer"
    VIEW = "view"


class SecretKind(StrEnum):
    """What a secret file of an instance holds."""

    VNC = "vnc"
    VNC_WATCH = "vnc-watch"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A port of the container that the edge serves at `<name>-<id>.<domain>`.

    `folders` are served from ports of their own, by name: `/<folder>/` and below.
    """

    name: str
    port: int
    path: str
    auth: Auth
    folders: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a stack may set on an instance; it reaches the container as the variable `env`.

    Without a default, what is not chosen is not set.
    """

    name: str
    type: str
    pattern: str | None
    default: str | None
    env: str
    description: str


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A variable that a stack may set, or must; a secret one may stand among the secrets only."""

    name: str
    required: bool
    secret: bool
    description: str


@dataclass(frozen=True, kw_only=True)
class Reserved:
    """Variables whose whole names match the pattern are not a stack's to set; `reason` says why."""

    pattern: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Holds for an instance on which a choice has this value."""

    choice: str
    value: str


@dataclass(frozen=True, kw_only=True)
class DataVolume:
    """A volume of an instance's own, writable at `path`; without `when` every instance has it."""

    name: str
    path: str
    when: Chosen | None


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Memory in MiB (swap included), processes, CPUs."""

    memory: int
    pids: int
    cpus: float


@dataclass(frozen=True, kw_only=True)
class Health:
    """Docker's health check of the container; times in seconds."""

    command: tuple[str, ...]
    interval: int
    timeout: int
    start_period: int
    retries: int


@dataclass(frozen=True, kw_only=True)
class InstanceType:
    """One folder under image/, relative to the project, and the digest of its build context.

    Variables other than the declared ones may be set where `reserved_variables` is not None.
    """

    name: str
    folder: str
    context_digest: str
    base: str
    description: str
    endpoints: tuple[Endpoint, ...]
    choices: tuple[Choice, ...]
    environment: Mapping[str, str]
    variables: tuple[Variable, ...]
    reserved_variables: tuple[Reserved, ...] | None
    secrets: Mapping[str, SecretKind]
    volumes: tuple[DataVolume, ...]
    user: int
    tmpfs: Mapping[str, str]
    seccomp: str | None
    limits: Limits
    stop_seconds: int
    health: Health

    @property
    def can_be_watched(self) -> bool:
        """Whether its VNC server has a second password, with which it takes no input."""
        return SecretKind.VNC_WATCH in self.secrets.values()
