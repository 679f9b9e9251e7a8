"""Traefik's labels of one port of an instance, and what they refer to in the file provider."""

from typing import Any

from components.core.instance_type import Auth, Scheme
from components.core.lanes import ServedPort, gated, origins_of
from components.core.model import Instance, StackSpec
from components.core.naming import endpoint_host

UNCLAIMED = "unclaimed"
# The endpoint whose preflights the edge answers, as its router's rule has it.
MCP = "mcp"
UNVERIFIED = "unverified"


def router_labels(spec: StackSpec, instance: Instance, served: ServedPort) -> dict[str, str]:
    """The router of a port: through the gate, or past it where the type opens the endpoint."""
    name, endpoint, _, folder = served
    router = f"traefik.http.routers.{name}"
    host = f"Host(`{endpoint_host(endpoint.name, instance.id, spec.domain)}`)"
    if endpoint.auth is Auth.NONE:
        # Preflights of other open endpoints are their own to answer, and so is who may read them.
        readable = endpoint.name == MCP and instance.origins
        passed = [UNCLAIMED, *([origins_of(instance)] if readable else [])]
        middlewares = ",".join(f"{middleware}@file" for middleware in passed)
        way = {f"{router}.middlewares": middlewares, f"{router}.service": name}
    else:
        way = {f"{router}.service": f"{gated(name)}@file"}
    # The longer of two rules comes first. The entry point makes it HTTPS with TLS only (flags.py).
    rule = f"{host} && PathPrefix(`/{folder}/`)" if folder else host
    return {f"{router}.rule": rule, **way}


def service_labels(served: ServedPort) -> dict[str, str]:
    """The port as Traefik reaches it."""
    service = f"traefik.http.services.{served.name}.loadbalancer"
    labels = {f"{service}.server.port": str(served.port)}
    if served.endpoint.scheme is Scheme.HTTPS:
        labels[f"{service}.server.scheme"] = "https"
        labels[f"{service}.serverstransport"] = f"{UNVERIFIED}@file"
    return labels


def https_router(rule: str, priority: int, service: str, middlewares: list[str]) -> dict[str, Any]:
    """A router of the file provider, for whoever comes by HTTPS."""
    router: dict[str, Any] = {
        "entryPoints": ["https"],
        "priority": priority,
        "rule": rule,
        "service": service,
        "tls": {},
    }
    return router | ({"middlewares": middlewares} if middlewares else {})


def answers_preflights_itself(spec: StackSpec) -> list[str]:
    """The hosts of open MCP endpoints, where the stack lists no origins that may read them."""
    return [
        endpoint_host(endpoint.name, instance.id, spec.domain)
        for instance in spec.running
        for endpoint in instance.type.endpoints
        if endpoint.name == MCP and endpoint.auth is Auth.NONE and not instance.origins
    ]


def has_open_endpoint(spec: StackSpec) -> bool:
    """Whether an instance serves somebody whom the gate is not asked about."""
    return _has(spec, auth=Auth.NONE)


def transports(spec: StackSpec) -> dict[str, Any]:
    """How Traefik speaks TLS to instances, where one wants it.

    Nobody vouches for an instance's certificate; it is asked on a bridge of the host.
    """
    if not _has(spec, scheme=Scheme.HTTPS):
        return {}
    return {"serversTransports": {UNVERIFIED: {"insecureSkipVerify": True}}}


def _has(spec: StackSpec, **marks: object) -> bool:
    return any(
        all(getattr(endpoint, name) is value for name, value in marks.items())
        for instance in spec.running
        for endpoint in instance.type.endpoints
    )
