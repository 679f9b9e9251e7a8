"""What instances can reach on the Docker host: who listens there, and what a container reaches."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components.core.addresses import host_address
from components.core.model import StackSpec
from components.core.naming import INSTANCES, LOCKED, OFFLINE, helper_run, host_name
from components.core.observability import TRAEFIK_METRICS_PORT
from console import docker
from console.findings import Finding
from console.probing import run_probe

EVERYWHERE = "0.0.0.0"
CONTAINER = "container"
# To see whose a socket is. The host's security modules may forbid it even so.
NAMING = "--pid host --cap-add SYS_PTRACE --cap-add DAC_READ_SEARCH"
BOUNDED = "--user 65534 --memory 64m --pids-limit 96"
PUBLISHED = re.compile(r"(?P<address>[\d.]+):(?P<first>\d+)(?:-(?P<last>\d+))?->[\d-]+/tcp")
# On which instances are: those that reach the internet, and those that reach nothing.
NETWORKS = (INSTANCES, OFFLINE)


@dataclass(frozen=True, kw_only=True)
class Listener:
    """Somebody who takes connections at a port of the host; at all addresses, it is 0.0.0.0."""

    address: str
    port: int
    program: str | None


@dataclass(frozen=True, kw_only=True)
class DockerHost:
    """What the host tells of itself: the bytes that its disk has left, and who listens.

    `forgetful` are the interfaces whose routes it leaves out while their link is down; `all` is
    every one of them.
    """

    free: int
    listeners: Sequence[Listener]
    forgetful: Sequence[str]

    @property
    def reachable_elsewhere(self) -> list[Listener]:
        """Those that do not keep to loopback."""
        return [each for each in self.listeners if not each.address.startswith("127.")]


def look_at_host(spec: StackSpec) -> DockerHost:
    """Asks the host by a throw-away container; raises `ConsoleError`."""
    told = run_probe(spec, "look_at_host", f"{helper_run(spec.stack, 'host')} {LOCKED} {NAMING}")
    listeners = [Listener(**listener) for listener in told["listeners"]]
    return DockerHost(free=told["free"], listeners=listeners, forgetful=told["forgetful"])


def exposure(spec: StackSpec, look: Callable[[], DockerHost]) -> Iterator[Finding]:
    """What containers on the instances' networks reach on the host, beside the edge itself.

    Nothing, where there is no such network; else it is looked who listens.
    """
    names = networks_of_instances(spec.stack)
    if not names:
        return
    edge = {spec.edge.http_port, spec.edge.https_port}
    # Answers Prometheus alone.
    metrics = {(host_address(spec.edge), TRAEFIK_METRICS_PORT)} if spec.observability else set()
    listeners = [
        each
        for each in [*look().reachable_elsewhere, *_published()]
        if each.port not in edge and (each.address, each.port) not in metrics
    ]
    reached: dict[tuple[int, str | None, bool], set[str]] = defaultdict(set)
    for name in names:
        network = docker.inspect_network(name)
        for program, port, is_docker in _knock(spec, name, network, listeners):
            reached[port, program, is_docker].add(docker.bridge(network))
    for (port, program, is_docker), bridges in reached.items():
        yield _open_engine(port) if is_docker else _reached(port, program, sorted(bridges))


def networks_of_instances(stack: str) -> list[str]:
    """The names of those of `NETWORKS` that are there."""
    there = docker.names("network", stack)
    return [name for part in NETWORKS if (name := host_name(stack, part)) in there]


def _knock(
    spec: StackSpec, name: str, network: Mapping[str, Any], listeners: Sequence[Listener]
) -> Iterator[tuple[str | None, int, bool]]:
    """What is reached from a network: program, port, and whether it is an open Docker engine."""
    gateway = network["IPAM"]["Config"][0]["Gateway"]
    named = {
        (gateway if each.address == EVERYWHERE else each.address, each.port): each.program
        for each in listeners
    }
    run = f"{helper_run(spec.stack, name)} {LOCKED} {BOUNDED}"
    for address, port, is_docker in run_probe(spec, "knock", run, json.dumps(sorted(named))):
        yield named[address, port], port, is_docker


def _open_engine(port: int) -> Finding:
    return Finding(
        what=f"instances reach a Docker engine at port {port} of the Docker host that asks for "
        "nothing: who has one of them has the host",
        remedy="start that engine without this port, or with --tlsverify",
    )


def _reached(port: int, program: str | None, bridges: Sequence[str]) -> Finding:
    whose = f" ({program})" if program else ""
    # Docker leads what it publishes past the chain INPUT.
    if program and program.startswith(CONTAINER):
        other = "publish it there alone"
    else:
        rules = [f"iptables -I INPUT -i {each} -p tcp --dport {port} -j DROP" for each in bridges]
        other = f"bind it there, or type on that host: {'; '.join(rules)}"
    return Finding(
        what=f"instances reach port {port} of the Docker host{whose}",
        remedy=f"if only 127.0.0.1 shall: {other}",
        serious=False,
    )


def _published() -> list[Listener]:
    """The ports that containers publish: without Docker's proxy nobody listens at them."""
    return [
        Listener(address=found["address"], port=port, program=f"{CONTAINER} {name}")
        for name, ports in docker.published_ports()
        for found in PUBLISHED.finditer(ports)
        if not found["address"].startswith("127.")
        for port in range(int(found["first"]), int(found["last"] or found["first"]) + 1)
    ]
