"""What instances reach on the Docker host, from what throw-away containers tell."""

import json
import socket
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from components.core.model import StackSpec
from components.core.parse import parse
from console import docker
from console.errors import ConsoleError
from console.exposure import DockerHost, Listener, exposure, look_at_host
from console.findings import Finding
from console.probing import PROBES
from tests.console.conftest import Programs

SPEC = parse("dev", {"domain": "mcp.example.org", "edge": {"httpPort": 80, "httpsPort": 443}}, [])
NETWORK = {"Id": "0123456789abcdef" * 4, "IPAM": {"Config": [{"Gateway": "172.20.0.1"}]}}


def listener(port: int, address: str = "0.0.0.0", program: str | None = None) -> Listener:
    return Listener(address=address, port=port, program=program)


def found(
    programs: Programs, reached: Sequence[Any], *listeners: Listener, spec: StackSpec = SPEC
) -> list[Finding]:
    """What is found where these listen, and a container says to have reached some of them."""
    programs.answer("docker network ls", f"{NETWORK['Id']}\tmcpier-dev-instances\n")
    programs.answer("docker network inspect", [NETWORK])
    programs.answer("docker run --rm", reached)
    host = DockerHost(free=1, listeners=listeners, forgetful=[])
    return list(exposure(spec, lambda: host))


def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Where a container is to knock, as it is told."""
    heard: list[Any] = []

    def run(command: Sequence[str], question: str) -> str:
        heard.extend(json.loads(question))
        return "[]"

    monkeypatch.setattr(docker, "run", run)
    return heard


def test_a_port_that_is_reached_is_named_with_its_program_and_what_closes_it(
    programs: Programs,
) -> None:
    sshd = listener(22, program="sshd")
    (finding,) = found(programs, [["172.20.0.1", 22, False]], sshd)
    assert finding.what == "instances reach port 22 of the Docker host (sshd)"
    assert finding.remedy == (
        "if only 127.0.0.1 shall: bind it there, or type on that host: "
        "iptables -I INPUT -i br-0123456789ab -p tcp --dport 22 -j DROP"
    )
    assert not finding.serious


def test_it_is_knocked_from_the_network_without_a_way_out_too(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    networks = {
        f"mcpier-dev-{name}": {"Id": digit * 64, "IPAM": {"Config": [{"Gateway": gateway}]}}
        for name, digit, gateway in (
            ("instances", "a", "172.20.0.1"),
            ("offline", "b", "172.21.0.1"),
        )
    }
    programs.answer("docker network ls", "".join(f"{name}\t{name}\n" for name in networks))
    monkeypatch.setattr(docker, "inspect_network", networks.get)

    def run(command: Sequence[str], question: str) -> str:
        reached = [[*place, False] for place in json.loads(question) if place[1] == 22]
        offline = ["172.21.0.1", 8000] in json.loads(question)
        return json.dumps([*reached, *([["172.21.0.1", 8000, False]] if offline else [])])

    monkeypatch.setattr(docker, "run", run)
    look = DockerHost(free=1, listeners=[listener(22), listener(8000)], forgetful=[])
    both, one = exposure(SPEC, lambda: look)
    assert both.remedy.endswith(
        "iptables -I INPUT -i br-aaaaaaaaaaaa -p tcp --dport 22 -j DROP; "
        "iptables -I INPUT -i br-bbbbbbbbbbbb -p tcp --dport 22 -j DROP"
    )
    assert one.remedy.endswith(
        "host: iptables -I INPUT -i br-bbbbbbbbbbbb -p tcp --dport 8000 -j DROP"
    )


def test_a_program_that_may_not_be_looked_into_has_no_name(programs: Programs) -> None:
    (finding,) = found(programs, [["10.0.0.9", 53, False]], listener(53, "10.0.0.9"))
    assert finding.what == "instances reach port 53 of the Docker host"


def test_an_engine_that_asks_for_nothing_is_serious(programs: Programs) -> None:
    (finding,) = found(programs, [["172.20.0.1", 2375, True]], listener(2375))
    assert finding.serious
    assert "who has one of them has the host" in finding.what


def test_only_what_is_reached_is_told(programs: Programs) -> None:
    assert found(programs, [], listener(22)) == []


def test_neither_the_edge_nor_loopback_is_tried(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = asked(monkeypatch)
    found(programs, [], listener(80), listener(443), listener(9443, "127.0.0.1"), listener(22))
    assert heard == [["172.20.0.1", 22]]


def test_where_traefik_tells_prometheus_its_metrics_is_not_tried(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = asked(monkeypatch)
    kept = parse("dev", {"domain": "mcp.example.org", "observability": {}}, [])
    for spec in (kept, SPEC):
        found(programs, [], listener(9183, "10.77.255.9"), listener(9183, "10.0.0.9"), spec=spec)
    # Where no metrics are kept, somebody else listens there.
    other = ["10.0.0.9", 9183]
    assert heard == [other, other, ["10.77.255.9", 9183]]


def test_ports_that_containers_publish_are_tried_too(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = asked(monkeypatch)
    published = "0.0.0.0:5432->5432/tcp, :::5432->5432/tcp, 127.0.0.1:6379->6379/tcp, 8080/tcp"
    span = "0.0.0.0:8000-8002->9000-9002/tcp"
    programs.answer("docker container ls", f"db\t{published}\nspan\t{span}\nquiet\t\n")
    found(programs, [])
    assert heard == [["172.20.0.1", port] for port in (5432, 8000, 8001, 8002)]


def test_what_a_container_publishes_is_not_filtered_where_the_rule_would_miss_it(
    programs: Programs,
) -> None:
    programs.answer("docker container ls", "db\t0.0.0.0:5432->5432/tcp\n")
    (finding,) = found(programs, [["172.20.0.1", 5432, False]], listener(5432, program="docker-pr"))
    assert finding.what == "instances reach port 5432 of the Docker host (container db)"
    assert finding.remedy == "if only 127.0.0.1 shall: publish it there alone"


def test_a_stack_that_is_not_deployed_has_nothing_to_look_from(programs: Programs) -> None:
    def look() -> DockerHost:
        raise AssertionError("nothing is to be looked at")

    programs.answer("docker network ls", "")
    assert list(exposure(SPEC, look)) == []


def test_the_host_is_asked_by_a_container_without_rights_but_to_see(programs: Programs) -> None:
    programs.answer(
        "docker run --rm",
        {
            "free": 5,
            "listeners": [{"address": "0.0.0.0", "port": 22, "program": "sshd"}],
            "forgetful": ["all"],
        },
    )
    sshd = listener(22, program="sshd")
    assert look_at_host(SPEC) == DockerHost(free=5, listeners=[sshd], forgetful=["all"])
    (call,) = [line for line in programs.calls("docker") if " run " in line]
    assert "--network host" in call
    assert "--read-only --cap-drop ALL" in call
    assert "privileged" not in call.replace("no-new-privileges", "")


def test_a_base_that_is_made_on_the_host_is_never_fetched_from_a_registry(
    programs: Programs,
) -> None:
    own = "mcpier/base-python:3.11-bookworm"
    spec = parse("dev", {"domain": "mcp.example.org", "bases": {"python": own}}, [])
    programs.fail("docker run --rm", f"docker: Error: No such image: {own}.\nSee 'docker run'")
    with pytest.raises(ConsoleError) as caught:
        look_at_host(spec)
    assert f" --pull never {own} " in programs.calls("docker")[0]
    assert caught.value.remedy == "type: make up; it sees to the base images first"
    with pytest.raises(ConsoleError):
        look_at_host(SPEC)
    assert "--pull" not in programs.calls("docker")[1]


def run_probe(name: str, question: Any = None) -> Any:
    """What a probe tells of this machine."""
    done = subprocess.run(
        [sys.executable, str(PROBES / f"{name}.py")],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_who_listens_is_seen_with_address_and_program() -> None:
    with (
        socket.create_server(("", 0)) as everywhere,
        socket.create_server(("127.0.0.2", 0)) as loopback,
        socket.create_server(("::", 0), family=socket.AF_INET6) as six,
    ):
        told = run_probe("look_at_host")
        ports = [server.getsockname()[1] for server in (everywhere, loopback, six)]
    seen = {(each["address"], each["port"]): each["program"] for each in told["listeners"]}
    assert seen[("0.0.0.0", ports[0])]
    assert ("127.0.0.2", ports[1]) in seen
    assert ("0.0.0.0", ports[2]) in seen
    assert told["free"] > 0


def test_what_is_open_is_reached_and_what_is_closed_is_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as open_, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        places = [list(each.getsockname()) for each in (open_, closed)]
        assert run_probe("knock", places) == [[*places[0], False]]
