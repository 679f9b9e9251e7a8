"""Instance types: what `<type>/type.yaml` says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from components.core.choice import Choice


class Auth(StrEnum):
    """What the gate asks of a request to an endpoint; `NONE`: it is not asked at all."""

    BEARER = "bearer"
    VIEW = "view"
    NONE = "none"


class Scheme(StrEnum):
    """How Traefik speaks to an endpoint."""

    HTTP = "http"
    HTTPS = "https"


class SecretKind(StrEnum):
    """What a secret file of an instance holds; passwords of one name are the same one."""

    VNC = "vnc"
    VNC_WATCH = "vnc-watch"
    PASSWORD = "password"


class Outside(StrEnum):
    """What an instance reaches besides its own side containers."""

    INTERNET = "internet"
    NOTHING = "nothing"


class SecretVariables(StrEnum):
    """How secret variables reach a container; `docker inspect` shows an environment."""

    FILES = "files"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A port of the container that the edge serves at `<name>-<id>.<domain>`.

    `folders` are served from ports of their own, by name: `/<folder>/` and below. `thumbnail` is
    where a live view has a small picture of what it shows.
    """

    name: str
    port: int
    path: str
    scheme: Scheme
    auth: Auth
    folders: Mapping[str, int]
    thumbnail: str | None


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


# Seconds, for a container that is asked every few of them.
LONGEST_START, LONGEST_RECOVERY = 120, 15


@dataclass(frozen=True, kw_only=True)
class Health:
    """Docker's health check of the container; times in seconds.

    `probed` where the command is mcpier's own probe, which the container must be given.
    """

    command: tuple[str, ...]
    interval: int
    timeout: int
    start_period: int
    retries: int
    probed: bool = False

    @property
    def longest_start(self) -> int:
        """Seconds after which a container that is not healthy yet is not waited for any more."""
        return max(LONGEST_START, self.start_period + self.retries * self._round)

    @property
    def longest_recovery(self) -> int:
        """Seconds for which an unhealthy one is: two rounds that take as long as they may."""
        return max(LONGEST_RECOVERY, 2 * self._round)

    @property
    def _round(self) -> int:
        return self.interval + self.timeout


@dataclass(frozen=True, kw_only=True)
class Build:
    """An image that is built from a folder, upon one of the stack's bases.

    A stack may have `packages` of these installers in it; `installed` are those that it names.
    """

    name: str
    folder: str
    context_digest: str
    base: str
    packages: tuple[str, ...] = ()
    installed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Ready:
    """An image that is taken as it is."""

    reference: str


@dataclass(frozen=True, kw_only=True)
class ContainerType:
    """What a container of an instance is made of; `folder` holds the files that it names.

    `capabilities` are those that it keeps, with the reason for each.
    """

    name: str
    folder: str
    image: Build | Ready
    command: tuple[str, ...]
    environment: Mapping[str, str]
    secrets: Mapping[str, SecretKind]
    volumes: tuple[DataVolume, ...]
    user: int
    tmpfs: Mapping[str, str]
    seccomp: str | None
    capabilities: Mapping[str, str]
    limits: Limits
    stop_seconds: int
    health: Health


@dataclass(frozen=True)
class Source:
    """What a type was read from: digests of build contexts by subfolder, places with choices."""

    document: Mapping[str, object]
    contexts: Mapping[str, str]
    places: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class InstanceType(ContainerType):
    """One folder with a type.yaml: the container that serves, and those beside it.

    Variables other than the declared ones may be set where `reserved_variables` is not None.
    """

    description: str
    endpoints: tuple[Endpoint, ...]
    choices: tuple[Choice, ...]
    variables: tuple[Variable, ...]
    reserved_variables: tuple[Reserved, ...] | None
    secret_variables: SecretVariables
    outside: Outside
    sidecars: tuple[ContainerType, ...]
    source: Source = field(repr=False)

    @property
    def containers(self) -> tuple[ContainerType, ...]:
        """Its own container, then those beside it."""
        return (self, *self.sidecars)

    @property
    def has_view(self) -> bool:
        """Whether an endpoint is opened by tokens of a live view."""
        return any(endpoint.auth is Auth.VIEW for endpoint in self.endpoints)

    @property
    def can_be_watched(self) -> bool:
        """Whether its VNC server has a second password, with which it takes no input."""
        return SecretKind.VNC_WATCH in self.secrets.values()
