"""A whole stack on a Docker host elsewhere, by TLS and by ssh."""

import json
import shutil
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.authority import present_authority
from tests.e2e import ssh_login
from tests.e2e.deployment import BASES, PROJECT, Deployment, left_on_host
from tests.e2e.elsewhere import ALSO_THERE, HOST, THERE, TLS_PORT, Elsewhere, elsewhere
from tests.e2e.served import in_background
from tests.e2e.test_elsewhere import EDGE, STACK, config
from tests.places import place

pytestmark = [pytest.mark.docker, pytest.mark.soak]

HTTPS_PORT = place(STACK).https_port
ECHO = {"type": "echo", "tokens": ["alice"]}
ECHO_CONTAINER = f"mcpier-{STACK}-mcp-echo"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """The other host, which has the base images."""
    with elsewhere(tmp_path_factory.mktemp("elsewhere"), present_authority()) as made:
        made.take(*BASES.values())
        yield made


@pytest.fixture(scope="module")
def deployment(there: Elsewhere, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A stack that is up there; it is taken away again, and leaves nothing."""
    made = Deployment.make(tmp_path_factory.mktemp("deployment"), STACK, config(HOST, echo=ECHO))
    made = replace(made, environ={**made.environ, **there.environ})
    shutil.copytree(PROJECT / "tests" / "attack" / "echo", made.directory / "image" / "echo")
    succeeds(made, "up")
    yield made
    made.write(config(HOST))
    succeeds(made, "destroy")
    assert there.docker("container", "ls", "--all", "--quiet") == ""
    assert there.docker("volume", "ls", "--quiet") == ""


def succeeds(deployment: Deployment, target: str) -> str:
    """What a target of the Makefile says."""
    done = deployment.make_target(target, timeout=900)
    assert done.returncode == 0, done.stdout
    return done.stdout


def finds_nothing_to_do(deployment: Deployment) -> None:
    quiet = ("preview", "--refresh", "--expect-no-changes", "--stack", STACK)
    done = deployment.pulumi(*quiet)
    assert done.returncode == 0, done.stdout


@contextmanager
def edge_on_loopback() -> Iterator[None]:
    """The edge's port there is this machine's too, as `ssh -L` would have it."""

    class Forward(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection((THERE, HTTPS_PORT)) as far:
                back = threading.Thread(target=carry, args=(far, self.request))
                back.start()
                carry(self.request, far)
                back.join()

    with in_background(socketserver.ThreadingTCPServer(("127.0.0.1", HTTPS_PORT), Forward)):
        yield


def carry(source: socket.socket, target: socket.socket) -> None:
    """What comes from one socket goes to another, until its end."""
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def test_it_is_deployed_there_and_nothing_of_it_here(
    deployment: Deployment, there: Elsewhere
) -> None:
    names = there.docker("container", "ls", "--format", "{{.Names}}").split()
    parts = ("authgate", "docker-reader", "mcp-echo", "portal", "socket-proxy", "traefik")
    assert sorted(names) == [f"mcpier-{STACK}-{part}" for part in parts]
    assert left_on_host(STACK) == []


def test_clients_reach_it_there(deployment: Deployment) -> None:
    outputs = deployment.outputs()
    client = outputs["clients"]["echo"]["alice"]
    trust = ssl.create_default_context(cadata=outputs["ca"])
    with edge_on_loopback(), httpx2.Client(verify=trust, timeout=10) as http:
        assert http.post(client["url"], headers=client["headers"]).status_code == 200
        assert http.post(client["url"]).status_code == 401


def test_the_state_holds_neither_the_host_nor_certificates(
    deployment: Deployment, there: Elsewhere
) -> None:
    state = deployment.pulumi("stack", "export", "--stack", STACK).stdout
    assert json.loads(state)["deployment"]["resources"]
    contents = [file.read_text().splitlines()[1] for file in there.certificates.iterdir()]
    assert len(contents) == 3
    for trace in (THERE, str(there.certificates), *contents):
        assert trace not in state


def test_under_another_name_it_is_the_same_host(deployment: Deployment) -> None:
    finds_nothing_to_do(deployment)
    deployment.write(config(f"tcp://{ALSO_THERE}:{TLS_PORT}", echo=ECHO))
    finds_nothing_to_do(deployment)
    deployment.write(config(HOST, echo=ECHO))


def test_by_ssh_it_is_the_same_host_and_what_is_gone_comes_back(
    deployment: Deployment, there: Elsewhere, tmp_path: Path
) -> None:
    types = deployment.directory / "image"
    shutil.copytree(types / "echo", types / "built-by-ssh")
    more = {**ECHO, "type": "built-by-ssh"}
    deployment.write(config(ssh_login.HOST, echo=ECHO, more=more))
    with ssh_login.ssh_login(there, tmp_path) as login:
        asking = replace(deployment, environ={**deployment.environ, **login.environ})
        there.docker("container", "rm", "--force", ECHO_CONTAINER)
        succeeds(asking, "up")
        finds_nothing_to_do(asking)
        assert ECHO_CONTAINER in there.docker("container", "ls", "--format", "{{.Names}}")
        deployment.write(config(ssh_login.HOST, echo=ECHO))
        succeeds(asking, "up")
    deployment.write(config(HOST, echo=ECHO))
    finds_nothing_to_do(deployment)


def test_the_doctor_looks_there_and_lists_what_instances_reach(deployment: Deployment) -> None:
    command = (".venv/bin/mcpier", "doctor", "--json", "--stack", STACK)
    with edge_on_loopback():
        done = deployment.run(*command)
    found: dict[str, list[dict[str, Any]]] = json.loads(done.stdout)
    assert done.returncode == 0, done.stdout
    reached = [each["what"] for each in found.pop("what instances reach on the Docker host")]
    assert reached == [f"instances reach port {TLS_PORT} of the Docker host (dockerd)"]
    assert not any(found.values())


def test_a_port_that_is_taken_there_is_named_before_anything_changes(
    deployment: Deployment, there: Elsewhere
) -> None:
    port = place("e2e").http_port
    taken = ("python3", "-m", "http.server", str(port))
    options = ("--detach", "--rm", "--name", "taker", "--network", "host", "--init")
    there.docker("run", *options, BASES["python"], *taken)
    moved = config(HOST, echo=ECHO)
    moved["mcpier:edge"] = {**EDGE, "httpPort": port}
    deployment.write(moved)
    refused = deployment.make_target("up")
    deployment.write(config(HOST, echo=ECHO))
    there.docker("rm", "--force", "taker")
    assert refused.returncode != 0
    said = f"another program on the Docker host listens on: {port} (mcpier:edge.httpPort)"
    assert said in refused.stdout
