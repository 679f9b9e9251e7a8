"""The one way mcpier declares a container: locked down, bounded and labelled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_docker as docker

from components import engine
from components.core.instance_type import Health

# Bounded logs: 30 MiB for a container at most.
LOG_OPTIONS = {"max-file": "3", "max-size": "10m"}
# The provider drops edits of these without a word (kreuzwerker/terraform-provider-docker#988).
SILENT_FIELDS = ["healthcheck", "init", "tmpfs"]


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A named volume at a path of the container."""

    volume: pulumi.Input[str]
    path: str
    read_only: bool = True


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A network, and a fixed address on it or a free one; others find it by `alias` there too."""

    network: pulumi.Input[str]
    address: str | None = None
    alias: str | None = None


@dataclass(frozen=True, kw_only=True)
class ContainerArgs:
    """A container; memory in MiB (swap included), `stop_seconds` from SIGTERM to SIGKILL.

    Host folders are seen read-only, at the paths that they have on the host. `hosts` are addresses
    by names that the container knows.
    Its limit of processes is set by `components.readiness`: the provider has no field for it.
    """

    host_name: str
    image: docker.RemoteImage
    labels: Mapping[str, pulumi.Input[str]]
    health: Health
    memory: int
    stop_seconds: int
    command: Sequence[str] = ()
    entrypoint: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    secret_environment: pulumi.Output[dict[str, str]] | None = None
    user: str | None = None
    network_mode: str = "bridge"
    endpoints: Sequence[Endpoint] = ()
    hosts: Mapping[str, str] = field(default_factory=dict)
    mounts: Sequence[Mount] = ()
    host_folders: Sequence[str] = ()
    docker_socket: bool = False
    tmpfs: Mapping[str, str] = field(default_factory=dict)
    capabilities: Sequence[str] = ()
    seccomp: str | None = None
    cpus: float | None = None


def declare_container(
    name: str, args: ContainerArgs, opts: pulumi.ResourceOptions
) -> docker.Container:
    """Declares the container; whatever differs from a locked-down one stands in its args."""
    own = pulumi.ResourceOptions(
        replace_on_changes=SILENT_FIELDS,
        delete_before_replace=True,
        # An engine of another version is no reason to make every container anew.
        ignore_changes=["healthcheck.startInterval"],
    )
    return docker.Container(
        name,
        name=args.host_name,
        image=args.image.image_id,
        command=list(args.command) or None,
        entrypoints=list(args.entrypoint) or None,
        envs=_envs(args),
        user=args.user,
        labels=_labels(args.labels),
        # Not unless-stopped: an engine that was killed stops, once it is back, the containers that
        # outlived it, and takes that for a stop by hand (tried on 20.10).
        restart="always",
        read_only=True,
        capabilities=docker.ContainerCapabilitiesArgs(
            adds=sorted(args.capabilities) or None, drops=["ALL"]
        ),
        security_opts=_security_options(args.seccomp),
        tmpfs=dict(sorted(args.tmpfs.items())) or None,
        mounts=_mounts(args),
        # An unset memory_swap or network_mode shows a difference on every refresh.
        network_mode=args.network_mode,
        networks_advanced=_networks(args),
        hosts=[
            docker.ContainerHostArgs(host=name, ip=address)
            for name, address in sorted(args.hosts.items())
        ]
        or None,
        memory=args.memory,
        memory_swap=args.memory,
        cpus=str(args.cpus) if args.cpus else None,
        ulimits=[docker.ContainerUlimitArgs(name="core", soft=0, hard=0)],
        log_driver="json-file",
        log_opts=LOG_OPTIONS,
        healthcheck=_healthcheck(args.health),
        stop_timeout=args.stop_seconds,
        # Unset, a delete kills at once.
        destroy_grace_seconds=args.stop_seconds,
        opts=pulumi.ResourceOptions.merge(own, opts),
    )


def _envs(args: ContainerArgs) -> pulumi.Input[list[str]]:
    if args.secret_environment is None:
        return _lines(args.environment)
    return args.secret_environment.apply(lambda secret: _lines({**args.environment, **secret}))


def _lines(environment: Mapping[str, str]) -> list[str]:
    return [f"{key}={value}" for key, value in sorted(environment.items())]


def _labels(labels: Mapping[str, pulumi.Input[str]]) -> list[docker.ContainerLabelArgs]:
    return [docker.ContainerLabelArgs(label=key, value=labels[key]) for key in sorted(labels)]


def _security_options(seccomp: str | None) -> list[str]:
    options = ["no-new-privileges:true"]
    return [*options, f"seccomp={seccomp}"] if seccomp else options


def _mounts(args: ContainerArgs) -> list[docker.ContainerMountArgs]:
    mounts = [
        docker.ContainerMountArgs(
            type="volume", source=mount.volume, target=mount.path, read_only=mount.read_only
        )
        for mount in args.mounts
    ]
    mounts += [
        docker.ContainerMountArgs(type="bind", source=folder, target=folder, read_only=True)
        for folder in args.host_folders
    ]
    if args.docker_socket:
        socket = "/var/run/docker.sock"
        mounts.append(
            docker.ContainerMountArgs(type="bind", source=socket, target=socket, read_only=True)
        )
    return mounts


def _networks(args: ContainerArgs) -> list[docker.ContainerNetworksAdvancedArgs] | None:
    return [
        docker.ContainerNetworksAdvancedArgs(
            name=endpoint.network,
            ipv4_address=endpoint.address,
            aliases=[endpoint.alias] if endpoint.alias else None,
        )
        for endpoint in args.endpoints
    ] or None


def _healthcheck(health: Health) -> docker.ContainerHealthcheckArgs:
    return docker.ContainerHealthcheckArgs(
        tests=["CMD", *health.command],
        interval=_duration(health.interval),
        timeout=_duration(health.timeout),
        start_period=_duration(health.start_period),
        # Written for older engines too: left out, the first update stores the provider's default
        # and the second drops it, which writes the whole state anew for each container.
        start_interval=_duration(1 if engine.knows_start_interval() else 0),
        retries=health.retries,
    )


def _duration(seconds: int) -> str:
    """As the engine reports it: `60s` for `1m0s` would show as a change on every preview."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
