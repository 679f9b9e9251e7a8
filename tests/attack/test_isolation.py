"""From a shell in an instance: what of the platform, its siblings and the host can be reached."""

import socket
import subprocess
from itertools import product
from pathlib import Path

import pytest

from components.core.model import StackSpec
from components.core.parse import parse
from components.core.routing import GATE_PORT, OPERATIONS_PORT, PAGES_PORT, PORTAL_PORT
from console.exposure import exposure, look_at_host
from console.routes import routes
from tests.attack.edge import Edge, request
from tests.attack.inside import ASK, LOOK, Place, reached, run_in
from tests.attack.stack import (
    DOMAIN,
    PLACE,
    READINESS,
    REPORT_PORT,
    RUNNING,
    SECOND,
    STACK,
    config,
)
from tests.e2e.deployment import docker

INSTANCE_PORTS = (8080, 6080, REPORT_PORT)
GATE_PORTS = (GATE_PORT, PAGES_PORT, OPERATIONS_PORT)
DOCKER_PORTS = (2375, 2376)


def described() -> StackSpec:
    """The stack, as the doctor reads it."""
    written = {key.removeprefix("mcpier:"): value for key, value in config({}).items()}
    return parse(STACK, written, [])


def reached_from_host(places: set[Place]) -> set[Place]:
    """The places that answer where nothing stands between: what the others are measured by."""
    found = set()
    for place in places:
        with socket.socket() as connection:
            connection.settimeout(2)
            found |= {place} if connection.connect_ex(place) == 0 else set()
    return found


@pytest.fixture(scope="module")
def gateway(edge: Edge) -> str:
    """The host's address on the instances' network."""
    form = "{{(index .IPAM.Config 0).Gateway}}"
    return docker("network", "inspect", "--format", form, f"mcpier-{STACK}-instances").strip()


@pytest.fixture(scope="module")
def host_addresses(gateway: str) -> set[str]:
    """Every IPv4 address of the host, those of its bridges included, and loopback."""
    listed = subprocess.run(["hostname", "--all-ip-addresses"], capture_output=True, text=True)
    found = {address for address in listed.stdout.split() if ":" not in address}
    assert gateway in found
    return found | {"127.0.0.1"}


@pytest.mark.parametrize("instance", RUNNING)
def test_an_instance_reaches_its_own_ports_and_no_other_instances(
    edge: Edge, instance: str
) -> None:
    own = set(product([edge.backends[instance]], INSTANCE_PORTS))
    everyone = set(product(edge.backends.values(), INSTANCE_PORTS))
    assert reached_from_host(everyone) == everyone
    assert reached(instance, everyone) == own


@pytest.mark.parametrize("instance", RUNNING)
def test_no_instance_reaches_the_gate_or_the_portal(edge: Edge, instance: str) -> None:
    gates = [READINESS[0], PLACE.operations]
    parts = {*product(gates, GATE_PORTS), (PLACE.portal, PORTAL_PORT)}
    assert reached_from_host(parts) == parts
    assert reached(instance, parts) == set()


def test_no_instance_reaches_traefiks_own_port_or_docker(
    edge: Edge, host_addresses: set[str]
) -> None:
    assert reached_from_host({("127.0.0.1", PLACE.admin_port)})
    closed = set(product(host_addresses, (PLACE.admin_port, *DOCKER_PORTS)))
    assert reached("echo", closed) == set()


def test_no_instance_holds_a_socket_of_docker(edge: Edge) -> None:
    sockets = ["/var/run/docker.sock", "/run/docker.sock", "/run/socket-proxy", "/run/portal"]
    for instance in RUNNING:
        found = run_in(instance, LOOK, ["/proc/mounts", *sockets])
        assert list(found) == ["/proc/mounts"]
        assert "docker.sock" not in found["/proc/mounts"]
        assert "socket-proxy" not in found["/proc/mounts"]


def test_no_instance_has_another_way_by_ipv6(edge: Edge) -> None:
    interfaces = run_in("echo", LOOK, ["/proc/net/if_inet6"]).get("/proc/net/if_inet6", "")
    assert {line.split()[-1] for line in interfaces.splitlines()} <= {"lo"}


def test_an_instance_may_knock_at_the_edge_and_needs_a_token_there(
    edge: Edge, gateway: str, host_addresses: set[str]
) -> None:
    doors = set(product(host_addresses - {"127.0.0.1"}, (PLACE.http_port, PLACE.https_port)))
    assert {(gateway, PLACE.http_port), (gateway, PLACE.https_port)} <= reached("echo", doors)

    def status(to: str, token: str) -> int:
        raw = edge.filled(request(f"Authorization: Bearer {token}", to=f"mcp-{to}").decode())
        asked = {"place": (gateway, PLACE.https_port), "name": f"mcp-{to}.{DOMAIN}", "request": raw}
        return int(run_in("echo", ASK, asked))

    before = edge.heard()[SECOND]
    assert status("echo", "<alice>") == 200
    assert status(SECOND, "<alice>") == 401
    assert status(SECOND, "") == 401
    assert edge.heard()[SECOND] == before


def test_an_instance_reaches_what_the_host_binds_to_all_addresses_and_not_to_loopback(
    edge: Edge, gateway: str, host_addresses: set[str]
) -> None:
    with (
        socket.create_server(("", 0)) as everywhere,
        socket.create_server(("127.0.0.1", 0)) as loopback,
    ):
        open_port, closed_port = everywhere.getsockname()[1], loopback.getsockname()[1]
        found = reached("echo", product(host_addresses, (open_port, closed_port)))
    assert (gateway, open_port) in found
    assert {port for _, port in found} == {open_port}


def test_the_doctor_lists_what_instances_reach_on_the_host_and_nothing_else(
    edge: Edge, gateway: str
) -> None:
    spec = described()
    with (
        socket.create_server(("", 0)) as everywhere,
        socket.create_server((gateway, 0)) as on_the_bridge,
        socket.create_server(("127.0.0.1", 0)) as loopback,
    ):
        servers = (everywhere, on_the_bridge, loopback)
        open_, bridged, closed = (server.getsockname()[1] for server in servers)
        said = {finding.what for finding in exposure(spec, lambda: look_at_host(spec))}
    whose = Path("/proc/self/comm").read_text().strip()
    for port in (open_, bridged):
        assert f"instances reach port {port} of the Docker host ({whose})" in said
    unheard = {closed, PLACE.admin_port, PLACE.http_port, PLACE.https_port}
    assert not [line for line in said for port in unheard if f"port {port} " in line]


def test_the_doctor_names_a_host_that_forgets_its_route_to_the_gate(edge: Edge) -> None:
    found = docker("network", "inspect", "--format", "{{.Id}}", f"mcpier-{STACK}-gate")
    setting = Path(f"/proc/sys/net/ipv4/conf/br-{found[:12]}/ignore_routes_with_linkdown")
    spec = described()
    assert list(routes(spec, lambda: look_at_host(spec))) == []
    setting.write_text("1")
    try:
        (finding,) = routes(spec, lambda: look_at_host(spec))
    finally:
        setting.write_text("0")
    assert f"sysctl -w net.ipv4.conf.br-{found[:12]}.ignore_routes" in finding.remedy
