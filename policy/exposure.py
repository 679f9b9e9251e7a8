"""The one way to a container leads through Traefik and the gate."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from posixpath import isabs, normpath

from components.core.errors import Problem
from components.core.lanes import GATE, gated
from components.core.parts import CERTIFICATES, DOCKER_READER, SOCKET_PROXY
from policy.rule import VOLUME, Resource, Rule

# Docker answers on it whether a path names it, or a folder that it is in.
DOCKER_SOCKETS = [PurePosixPath("/var/run/docker.sock"), PurePosixPath("/run/docker.sock")]
# Traefik's way to the engine, and the portal's.
DOCKER_ROLES = (SOCKET_PROXY, DOCKER_READER)
# As Go's strconv.ParseBool reads a label.
TRUE = {"1", "t", "true"}
ROUTERS = "traefik.http.routers."
GATED = gated("")


def no_published_port(container: Resource) -> Iterator[Problem]:
    """The host has no port of it: Traefik reaches it on its network."""
    remedy = "Take it out; name the port as an endpoint of the type, and the edge serves it."
    for port in container.props.get("ports") or []:
        number = str(port.get("internal", "a port")).removesuffix(".0")
        yield Problem(path="ports", expected="none", found=number, remedy=remedy)
    if container.props.get("publishAllPorts"):
        yield Problem(path="publishAllPorts", expected="false", found="true", remedy=remedy)


def own_network(container: Resource) -> Iterator[Problem]:
    """Only Traefik is on the host's network, and none in another container's."""
    mode = str(container.props.get("networkMode") or "")
    if mode.startswith("container:") or (mode == "host" and container.role != "traefik"):
        yield Problem(
            path="networkMode",
            expected="bridge or none, and host for the role traefik alone",
            found=mode,
            remedy="Set it to bridge, and name a network in networksAdvanced.",
        )


def docker_socket(container: Resource) -> Iterator[Problem]:
    """Only two roles hold docker.sock, and as read-only as a socket can be."""
    yield from _inherited(container.props)
    for path, source, read_only in _mounted(container.props):
        if not _holds_docker_socket(source):
            continue
        if container.role not in DOCKER_ROLES:
            yield Problem(
                path=path,
                expected=f"no docker.sock but in the role {' or '.join(DOCKER_ROLES)}",
                found=source,
                remedy="Take it out: whoever holds it holds the host.",
            )
        elif not read_only:
            yield Problem(
                path=path,
                expected="docker.sock read-only",
                found="read-write",
                remedy="Set readOnly beside it.",
            )


def host_folder(container: Resource) -> Iterator[Problem]:
    """Nothing else of the host is there: many a path leads to its socket, or to all of it."""
    for path, source, _ in _mounted(container.props):
        if isabs(source) and not _holds_docker_socket(source) and container.role != CERTIFICATES:
            yield Problem(
                path=path,
                expected=f"a volume by its name; the role {CERTIFICATES} has folders of the host",
                found=source,
                remedy="Take it out, and keep data in a volume.",
            )
    mounts = container.props.get("mounts")
    for item in mounts if isinstance(mounts, list) else []:
        options = item.get("volumeOptions") or {}
        yield from _led_elsewhere(
            "mounts.volumeOptions.driverOptions", options.get("driverOptions")
        )


def own_volume(volume: Resource) -> Iterator[Problem]:
    """A volume is a folder of the engine's own, and no other place under its name."""
    yield from _led_elsewhere("driverOpts", volume.props.get("driverOpts"))


def _led_elsewhere(path: str, options: object) -> Iterator[Problem]:
    if options:
        yield Problem(
            path=path,
            expected="none: by these a volume is any folder of the host",
            found=str(options),
            remedy="Take them out.",
        )


def _inherited(props: Mapping[str, object]) -> Iterator[Problem]:
    volumes = props.get("volumes")
    for item in volumes if isinstance(volumes, list) else []:
        if found := item.get("fromContainer"):
            yield Problem(
                path="volumes.fromContainer",
                expected="nothing: docker.sock comes along with another container's volumes",
                found=str(found),
                remedy="Take it out, and name in mounts what the container needs.",
            )


def _mounted(props: Mapping[str, object]) -> Iterator[tuple[str, str, bool]]:
    """Path of the property, source on the host, and whether it is read-only."""
    for place, source in (("mounts", "source"), ("volumes", "hostPath")):
        found = props.get(place)
        for item in found if isinstance(found, list) else []:
            yield f"{place}.{source}", str(item.get(source) or ""), bool(item.get("readOnly"))


def _holds_docker_socket(source: str) -> bool:
    # Neither normpath nor PurePosixPath takes two leading slashes for one, as the kernel does.
    path = PurePosixPath("/", normpath(source).lstrip("/"))
    return isabs(source) and any(
        path == socket or path in socket.parents for socket in DOCKER_SOCKETS
    )


def gated_routers(container: Resource) -> Iterator[Problem]:
    """Whatever Traefik is told to serve asks the gate first."""
    # Traefik reads the names of labels in any case.
    labels = {name.lower(): value for name, value in container.labels.items()}
    if labels.get("traefik.enable", "").lower() not in TRUE:
        return
    routers = {name.split(".")[3] for name in labels if name.startswith(ROUTERS)}
    if not routers:
        yield Problem(
            path=f"label {ROUTERS}<name>",
            expected="a router",
            found="none, so that Traefik makes one up that asks nobody",
            remedy="Name one, or take traefik.enable out.",
        )
    yield from (problem for name in sorted(routers) for problem in _ungated(name, labels))
    for protocol in ("tcp", "udp"):
        if any(name.startswith(f"traefik.{protocol}.routers.") for name in labels):
            yield Problem(
                path=f"label traefik.{protocol}.routers",
                expected="none: the gate reads HTTP only",
                found="a router",
                remedy="Take it out.",
            )


def _ungated(router: str, labels: Mapping[str, str]) -> Iterable[Problem]:
    service = labels.get(f"{ROUTERS}{router}.service", "")
    middlewares = labels.get(f"{ROUTERS}{router}.middlewares", "").split(",")
    leads_to_gate = service.startswith(GATED) and service.endswith("@file")
    if leads_to_gate or f"{GATE}@file" in map(str.strip, middlewares):
        return []
    return [
        Problem(
            path=f"label {ROUTERS}{router}.service",
            expected=f"{GATED}{router}@file, which asks the gate",
            found=service or "the container's own service",
            remedy=f"Set it, or name {GATE}@file among the router's middlewares.",
        )
    ]


RULES = [
    Rule(
        name="no-published-port",
        description="A container publishes no port on the host.",
        check=no_published_port,
    ),
    Rule(
        name="own-network",
        description="No container but Traefik is on the host's network.",
        check=own_network,
    ),
    Rule(
        name="docker-socket",
        description="No container but socket-proxy and docker-reader mounts docker.sock.",
        check=docker_socket,
    ),
    Rule(
        name="host-folder",
        description="No container but the certificates' follower mounts a folder of the host.",
        check=host_folder,
    ),
    Rule(
        name="own-volume",
        description="A volume is a folder of the engine's own.",
        check=own_volume,
        type=VOLUME,
    ),
    Rule(
        name="gated-router",
        description="Whatever Traefik serves of a container asks the gate first.",
        check=gated_routers,
    ),
]
