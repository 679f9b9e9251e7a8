"""`mcpier doctor`: everything that can be wrong with a stack, each with what to do."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from components.core.model import Instance, StackSpec, State
from components.core.naming import endpoint_host, host_name
from console import docker
from console.alerts import alerts
from console.apart import apart
from console.drift import CONTAINER, container_drift
from console.edge import Edge
from console.errors import ConsoleError
from console.expiry import first_good, instance_tokens
from console.exposure import DockerHost, exposure, look_at_host
from console.findings import Check, Finding
from console.namespaces import namespaces
from console.pulumi import Pulumi
from console.repair import all_on_host, lost_resources
from console.routes import routes
from console.stack_file import read_stack
from toolchain.docker_host import elsewhere

LEAST_DAYS = 30
LEAST_FREE = 2 << 30
# Tickets of one-time links are refused from three minutes ahead.
MOST_SKEW = 60
# Earlier versions let requests past a ForwardAuth middleware (/docs/architecture.md).
TRAEFIK_FLOOR = (3, 7, 13)


def checks(stack: str) -> list[Check]:
    """All checks of a stack, in the order in which one rests on another."""
    spec, pulumi = read_stack(stack), Pulumi.of(stack)

    @cache
    def outputs() -> dict[str, Any]:
        found: dict[str, Any] = pulumi.json("stack", "output", "--json", "--show-secrets")
        return found

    @cache
    def edge() -> Edge:
        return Edge.behind(spec.domain, outputs().get("ca"))

    @cache
    def host() -> DockerHost:
        return look_at_host(spec)

    return [
        Check(title="Docker engine", look=lambda: _engine(stack, host)),
        Check(title="containers are as declared", look=lambda: _drift(pulumi)),
        Check(title="Traefik's version", look=lambda: _traefik(stack)),
        Check(title="certificate", look=lambda: _certificate(spec, edge())),
        *(
            Check(title=f"{item.id} answers MCP", look=_asks(stack, outputs, edge, item))
            for item in spec.instances
            if item.state is State.RUNNING and item.tokens
        ),
        *([Check(title="alerts", look=lambda: alerts(spec))] if spec.observability else []),
        Check(title="instances are kept apart", look=lambda: apart(spec)),
        Check(title="what asks authgate stays on the host", look=lambda: routes(spec, host)),
        Check(title="sandboxes can start", look=lambda: namespaces(spec)),
        Check(title="what instances reach on the Docker host", look=lambda: exposure(spec, host)),
    ]


def _engine(stack: str, host: Callable[[], DockerHost]) -> Iterator[Finding]:
    told = docker.engine()
    skew = (datetime.fromisoformat(told["SystemTime"]) - datetime.now(UTC)).total_seconds()
    if abs(skew) > MOST_SKEW:
        yield Finding(
            what=f"the Docker host's clock differs from this machine's by {skew:.0f} seconds",
            remedy="set both by NTP: links to live views are good for two minutes",
        )
    yield from low_disk(stack, told, host)


def low_disk(
    stack: str, told: Mapping[str, Any], host: Callable[[], DockerHost]
) -> Iterator[Finding]:
    """Whether the engine, by what it tells of itself, has room for another image.

    `host` is asked only where the engine is of another machine.
    """
    folder = told["DockerRootDir"]
    if elsewhere(os.environ):
        free = host().free
    elif os.path.isdir(folder):
        free = shutil.disk_usage(folder).free
    else:
        return
    if free < LEAST_FREE:
        yield Finding(
            what=f"{free >> 20} MiB are left in {folder}, and an image takes up to a gigabyte",
            remedy="make room; unused images of mcpier's go by: "
            f".venv/bin/mcpier prune --stack {stack}",
        )


def _drift(pulumi: Pulumi) -> Iterator[Finding]:
    resources = pulumi.deployment().resources
    remedy = f"type: make up STACK={pulumi.stack}"
    if not resources:
        yield Finding(what="nothing is deployed", remedy=remedy)
    for lost in lost_resources(resources, all_on_host(pulumi.stack)):
        if lost["type"] != CONTAINER:
            kind = lost["type"].rpartition(":")[2]
            yield Finding(what=f"{kind} {lost['inputs']['name']} is gone", remedy=remedy)
    for drift in container_drift(resources, docker.inspect_stack(pulumi.stack)):
        yield Finding(what=f"container {drift.name}: {'; '.join(drift.problems)}", remedy=remedy)


def _traefik(stack: str) -> Iterator[Finding]:
    show = ("traefik", "version", "--format", "{{.Version}}")
    said = docker.run_in(host_name(stack, "traefik"), *show).strip()
    found = tuple(int(part) for part in said.split(".") if part.isdigit())
    if found < TRAEFIK_FLOOR:
        floor = ".".join(map(str, TRAEFIK_FLOOR))
        yield Finding(
            what=f"Traefik is {said}; versions before {floor} let requests past the gate",
            remedy="name a newer one in mcpier:bases.traefik",
        )


def _certificate(spec: StackSpec, edge: Edge) -> Iterator[Finding]:
    left = edge.days_left(endpoint_host("mcp", "doctor", spec.domain), spec.edge.https_port)
    if left < LEAST_DAYS:
        yield Finding(
            what=f"the certificate ends in {left} days",
            remedy="renew it; a self-signed one by raising mcpier:tls.generation",
        )


def _asks(
    stack: str,
    outputs: Callable[[], Mapping[str, Any]],
    edge: Callable[[], Edge],
    instance: Instance,
) -> Callable[[], Iterator[Finding]]:
    def ask() -> Iterator[Finding]:
        clients = outputs().get("clients", {}).get(instance.id)
        if not clients:
            raise ConsoleError(
                f"{instance.id} is in the stack file and not deployed", "type: make up"
            )
        days = {token.name: token.expires for token in instance.tokens if token.expires}
        client = clients[first_good(stack, instance_tokens(instance.id), clients, days)]
        edge().initialize(client["url"], client["headers"])
        return iter(())

    return ask
