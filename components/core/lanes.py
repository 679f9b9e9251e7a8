"""Lanes: several ways to each instance, each of which asks the gate by connections of its own.

Traefik keeps two idle connections for a ForwardAuth middleware, and makes a new one for whatever
comes beside them: with sixteen busy clients, for two requests of three. A middleware with a `tls`
option has a pool of its own wherever it is used, so requests take turns between several uses.
Figures: docs/decisions/0017.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from components.core.instance_type import Auth, Endpoint
from components.core.model import Instance, StackSpec

MOST = 8
# Each costs Traefik memory, and time whenever it reads its configuration anew: where there are many
# instances, each has a pool of its own anyway.
IN_ALL = 512
GATE = "gate"
# What Traefik reads of a request before it passes it on, in bytes; larger ones pass as they come.
# It sets aside one byte more for each request, so that this costs time (docs/decisions/0025).
HELD_BYTES = (16 << 10) - 1
NOWHERE = "nowhere"
UNFRAMED = "unframed"
# What a page of an allowed origin may read beside the body (authgate says the same of refusals).
EXPOSED = ["WWW-Authenticate", "Mcp-Session-Id", "Retry-After"]


class ServedPort(NamedTuple):
    """A port of an instance with a service, and a router, of this name; `folder` is under `/`."""

    name: str
    endpoint: Endpoint
    port: int
    folder: str | None


def served_ports(instance: Instance) -> Iterator[ServedPort]:
    """The ports of an instance that the edge serves."""
    for endpoint in instance.type.endpoints:
        name = f"{endpoint.name}-{instance.id}"
        yield ServedPort(name, endpoint, endpoint.port, None)
        for folder, port in endpoint.folders.items():
            # No id holds an underscore.
            yield ServedPort(f"{name}_{folder}", endpoint, port, folder)


def gated_ports(instance: Instance) -> Iterator[ServedPort]:
    """Those of them whose requests the gate decides about."""
    return (port for port in served_ports(instance) if port.endpoint.auth is not Auth.NONE)


def gated(name: str) -> str:
    """The service that takes a port's requests through the gate; `name` is the port's own."""
    return f"gated-{name}"


def lane_services(spec: StackSpec) -> dict[str, Any]:
    """For every port that is served: what shares its requests out, and the lanes."""
    served = [(item, port) for item in spec.running for port in gated_ports(item)]
    many = max(1, min(MOST, IN_ALL // max(1, sum(is_busy(port) for _, port in served))))
    services: dict[str, Any] = {}
    for instance, port in served:
        lanes = many if is_busy(port) else 1
        way = held(f"{port.name}@docker") if is_busy(port) else _weighted(f"{port.name}@docker")
        services |= _lanes(port.name, lanes, way | _through(instance, port.endpoint))
    return services | {NOWHERE: {"loadBalancer": {"servers": []}}}


def held(service: str) -> dict[str, Any]:
    """A service that leads to another with each request in hand, as far as it is not large.

    Otherwise some answers are cut (docs/decisions/0025): Go's server closes a request's body when
    the answer begins, even while it is being passed on. A mirroring service reads the body first,
    and passes the answer on as it comes. Its mirror has no server: Traefik answers, to nobody.
    """
    mirrors = [{"name": NOWHERE, "percent": 100}]
    return {"mirroring": {"service": service, "maxBodySize": HELD_BYTES, "mirrors": mirrors}}


def is_busy(port: ServedPort) -> bool:
    """Whether many clients may ask at once: MCP, and not a view's page or a folder of files."""
    return port.endpoint.auth is Auth.BEARER and port.folder is None


def lane_middlewares(spec: StackSpec) -> dict[str, Any]:
    """What lets pages of an instance's origins read its answers, and no page frame a view."""
    return {UNFRAMED: {"headers": {"customFrameOptionsValue": "SAMEORIGIN"}}} | {
        origins_of(instance): {
            "headers": {
                "accessControlAllowOriginList": list(instance.origins),
                "accessControlExposeHeaders": EXPOSED,
                "addVaryHeader": True,
            }
        }
        for instance in spec.running
        if instance.origins
    }


def _through(instance: Instance, endpoint: Endpoint) -> dict[str, Any]:
    # A live view is for its own pages only: who clicks into a frame of it clicks in the browser.
    if endpoint.auth is Auth.VIEW:
        return {"middlewares": [GATE, UNFRAMED]}
    return {"middlewares": [GATE, origins_of(instance)] if instance.origins else [GATE]}


def origins_of(instance: Instance) -> str:
    """The middleware that lets pages of the instance's origins read its answers."""
    return f"origins-{instance.id}"


def _lanes(name: str, count: int, lane: dict[str, Any]) -> dict[str, Any]:
    lanes = [f"lane-{number}-{name}" for number in range(count)]
    return {gated(name): _weighted(*lanes), **dict.fromkeys(lanes, lane)}


def _weighted(*names: str) -> dict[str, Any]:
    return {"weighted": {"services": [{"name": name, "weight": 1} for name in names]}}
