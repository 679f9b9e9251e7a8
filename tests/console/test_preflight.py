"""Ports and addresses that others have are named before anything is deployed."""

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any

import pytest

from components.core.flags import static_flags
from components.core.model import StackSpec
from components.core.parse import parse
from console import preflight
from console.errors import ConsoleError
from console.preflight import check_host
from tests.console.conftest import Programs

KEYS = ("edge.httpPort", "edge.httpsPort", "edge.adminPort", "observability.port")


@pytest.fixture(autouse=True)
def local_engine(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)


@pytest.fixture
def sockets() -> Iterator[dict[str, socket.socket]]:
    """A bound port for each key; it is taken once it listens, and free once it is closed."""
    with ExitStack() as opened:
        found = {key: opened.enter_context(socket.socket()) for key in KEYS}
        for held in found.values():
            held.bind(("127.0.0.1", 0))
            held.listen()
        yield found


@pytest.fixture
def spec(sockets: dict[str, socket.socket]) -> StackSpec:
    config: dict[str, Any] = {"domain": "mcp.example.org"}
    for key, held in sockets.items():
        section, _, name = key.partition(".")
        config.setdefault(section, {})[name] = held.getsockname()[1]
    return parse("dev", config, [])


def test_ports_that_nobody_holds_are_fine(
    sockets: dict[str, socket.socket], spec: StackSpec
) -> None:
    for held in sockets.values():
        held.close()
    check_host(spec)


@pytest.mark.parametrize("key", KEYS)
def test_a_port_that_is_taken_is_named_with_its_key(
    key: str, sockets: dict[str, socket.socket], spec: StackSpec
) -> None:
    port = sockets[key].getsockname()[1]
    for other in set(KEYS) - {key}:
        sockets[other].close()
    with pytest.raises(ConsoleError) as caught:
        check_host(spec)
    assert str(caught.value) == (
        f"another program on the Docker host listens on: {port} (mcpier:{key})\n"
        "  → set others in stacks/Pulumi.dev.yaml, or take away what has them"
    )


def test_all_ports_that_are_taken_are_named_at_once(spec: StackSpec) -> None:
    with pytest.raises(ConsoleError) as caught:
        check_host(spec)
    assert all(f"(mcpier:{key})" in caught.value.what for key in KEYS)


def network(name: str, *subnets: str) -> dict[str, Any]:
    return {"Id": name, "Name": name, "IPAM": {"Config": [{"Subnet": each} for each in subnets]}}


def test_networks_that_have_the_control_networks_addresses_are_named_with_the_ports(
    sockets: dict[str, socket.socket], spec: StackSpec, programs: Programs
) -> None:
    for key in set(KEYS) - {"edge.adminPort"}:
        sockets[key].close()
    others = [
        network("mcpier-other-control", "10.77.255.8/29"),
        network("mcpier-dev-gate", "10.77.255.0/29"),
        network("mcpier-dev-control", "10.77.255.8/29"),
        network("wide", "fd00::/64", "10.77.0.0/16"),
        network("bridge", "172.17.0.0/16"),
        {**network("host"), "IPAM": {"Config": None}},
    ]
    programs.answer("docker network ls", "".join(f"{each['Id']}\n" for each in others))
    programs.answer("docker network inspect", others)
    with pytest.raises(ConsoleError) as caught:
        check_host(spec)
    assert str(caught.value) == (
        f"another program on the Docker host listens on: {spec.edge.admin_port} "
        "(mcpier:edge.adminPort)\n"
        "10.77.255.0/28 (mcpier:edge.controlSubnet) overlaps other networks of the engine: "
        "10.77.255.8/29 of mcpier-other-control, 10.77.0.0/16 of wide\n"
        "  → set others in stacks/Pulumi.dev.yaml, or take away what has them"
    )


def test_addresses_behind_the_first_sixteen_are_anybodys(
    sockets: dict[str, socket.socket], spec: StackSpec, programs: Programs
) -> None:
    for held in sockets.values():
        held.close()
    wide = replace(spec, edge=replace(spec.edge, control_subnet=IPv4Network("10.77.0.0/16")))
    others = [network("mcpier-dev-instances", "10.77.0.16/28"), network("b", "10.77.9.0/24")]
    programs.answer("docker network ls", "".join(f"{each['Id']}\n" for each in others))
    programs.answer("docker network inspect", others)
    check_host(wide)
    others[1] = network("b", "10.77.0.8/29")
    programs.answer("docker network inspect", others)
    with pytest.raises(ConsoleError, match=r"overlaps other networks .*: 10\.77\.0\.8/29 of b"):
        check_host(wide)


def test_whoever_listens_everywhere_where_traefik_tells_its_metrics_is_named(
    sockets: dict[str, socket.socket], spec: StackSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    for held in sockets.values():
        held.close()
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(preflight, "TRAEFIK_METRICS_PORT", server.getsockname()[1])
        check_host(spec)
    with socket.create_server(("", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setattr(preflight, "TRAEFIK_METRICS_PORT", port)
        with pytest.raises(ConsoleError, match=rf"listens on: {port} \(mcpier:observability\)"):
            check_host(spec)


def test_the_stacks_own_traefik_may_hold_them(spec: StackSpec, programs: Programs) -> None:
    programs.answer("docker container ls", "mcpier-dev-traefik\n")
    programs.answer("docker container inspect", static_flags(spec, "mcpier-dev-instances"))
    check_host(spec)


def test_a_port_that_the_running_traefik_does_not_hold_is_still_looked_at(
    spec: StackSpec, programs: Programs
) -> None:
    flags = [f"--entrypoints.http.address=:{spec.edge.http_port}"]
    programs.answer("docker container ls", "mcpier-dev-traefik\n")
    programs.answer("docker container inspect", flags)
    with pytest.raises(ConsoleError, match="httpsPort") as caught:
        check_host(spec)
    assert "httpPort" not in caught.value.what


def test_a_program_on_ipv6_alone_holds_a_port_too(spec: StackSpec) -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        edge = replace(spec.edge, http_port=server.getsockname()[1])
        with pytest.raises(ConsoleError, match="httpPort"):
            check_host(replace(spec, edge=edge))


@pytest.mark.parametrize("key", KEYS)
def test_another_engines_ports_are_those_of_its_own_host(
    key: str,
    sockets: dict[str, socket.socket],
    spec: StackSpec,
    programs: Programs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "ssh://elsewhere")
    heard = {"free": 1, "listeners": [], "forgetful": []}
    programs.answer("docker run --rm", heard)
    check_host(spec)
    port = sockets[key].getsockname()[1]
    taken = {"address": "127.0.0.1", "port": port, "program": "nginx"}
    programs.answer("docker run --rm", {**heard, "listeners": [taken]})
    with pytest.raises(ConsoleError, match=rf"listens on: {port} \(mcpier:{re.escape(key)}\)"):
        check_host(spec)


def test_traefiks_own_port_does_not_mind_other_addresses_of_another_host(
    spec: StackSpec, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "ssh://elsewhere")
    other = {"address": "10.0.0.9", "port": spec.edge.admin_port, "program": None}
    programs.answer("docker run --rm", {"free": 1, "listeners": [other], "forgetful": []})
    check_host(spec)


def test_an_engine_that_does_not_answer_is_told_with_what_to_do(
    spec: StackSpec, programs: Programs
) -> None:
    programs.fail("docker container ls", "Cannot connect to the Docker daemon")
    with pytest.raises(ConsoleError) as caught:
        check_host(spec)
    assert str(caught.value) == (
        "docker container ls failed: Cannot connect to the Docker daemon\n"
        "  → see that the Docker engine runs; `make up` starts one where it can"
    )


def test_a_missing_docker_is_told_with_what_to_do(
    spec: StackSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ConsoleError, match="the docker client is not on PATH"):
        check_host(spec)
