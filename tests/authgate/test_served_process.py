"""The real process on real sockets."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from authgate.gate import PATH
from authgate.journal import TOGETHER
from tests.authgate.harness import ALICE, DOMAIN, document, record, token
from tests.authgate.served import GATE, OPERATIONS, PAGES, Served, loopback, start


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A running gate; its registry holds one instance, and each test leaves it so."""
    gate = Served(tmp_path_factory.mktemp("registry"), loopback(80))
    assert gate.run("sync", document(record())).returncode == 0
    with start(gate) as process:
        yield gate
        process.terminate()


def test_a_revocation_and_a_new_token_are_seen_within_a_second(served: Served) -> None:
    for number in range(3):
        assert served.check() == 204
        new = f"token-{number}"
        served.run("sync", document(record(tokens=[token("new", new)])))
        written = time.monotonic()
        assert served.check(new) == 204
        while served.check() == 204:
            assert time.monotonic() - written < 1
        served.run("sync", document(record()))


def test_each_port_does_its_own_work_only(served: Served) -> None:
    for path in ("/", "/healthz", "/metrics", "/auth", "/auth/", PATH + "/", "/_mcpier/sign-in"):
        assert served.get(GATE, path, {}) == 404
    for port in (GATE, PAGES):
        assert served.get(port, "/healthz", {}) == 404
    assert served.get(PAGES, PATH, {}) == 404
    for path in ("/healthz", "/readyz", "/metrics", "/activity"):
        assert served.get(OPERATIONS, path, {}) == 200
    assert served.get(OPERATIONS, PATH, {}) == 404


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /auth/mcp-bearer-check HTTP/1.1\r\n\r\n",
        b"GET http://x/auth/mcp-bearer-check HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /auth/mcp-bearer-check HTTP/1.0\r\n\r\n",
        b"GET /auth/mcp-bearer-check HTTP/1.1\r\nHost: x\r\nX-Forwarded-Host: HOST\r\n"
        b"X-Forwarded-Host: HOST\r\nAuthorization: Bearer TOKEN\r\n\r\n",
        b"GET /auth/mcp-bearer-check HTTP/1.1\r\nHost: x\r\nX-Forwarded-Host: HOST\r\n"
        b"Authorization: Bearer TOKEN\r\nAuthorization: Bearer TOKEN\r\n\r\n",
        b"GET /auth/mcp-bearer-check HTTP/1.1\r\nHost: x\r\nX-Forwarded-Host: HOST\r\n"
        b"Authorization: Bearer\r\n TOKEN\r\n\r\n",
        b"GET /auth/mcp-bearer-check HTTP/1.1\r\nHost: x\r\nX-Forwarded-Host: HOST\r\n"
        b"Authorization: Bearer \x01TOKEN\r\n\r\n",
        b"GET /auth/mcp-bearer-check HTTP/1.1\r\nHost: x\r\nX-Forwarded-Host: HOST\r\n"
        b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n",
        b"CONNECT mcp-demo.mcpier.test:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
    ],
)
def test_raw_requests_that_are_not_in_order_are_refused(served: Served, request_: bytes) -> None:
    host = f"mcp-demo.{DOMAIN}".encode()
    sent = request_.replace(b"HOST", host).replace(b"TOKEN", ALICE.encode())
    with socket.create_connection((served.address, GATE), timeout=10) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer == b"" or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4")), answer


def test_it_stops_on_sigterm_with_all_its_lines_written(tmp_path: Path) -> None:
    gate = Served(tmp_path, loopback(81))
    gate.run("sync", document(record()))
    with start(gate) as process:
        assert [gate.check() for _ in range(5)] == [204] * 5
        process.send_signal(signal.SIGTERM)
        output, events = process.communicate(timeout=20)
    assert process.returncode == 0
    assert [json.loads(line)["reason"] for line in output.splitlines()] == ["allowed"] * 5
    assert all(json.loads(line)["event"] for line in events.splitlines())
    assert ALICE.encode() not in output + events


# The signal comes when all is made, and nothing is served yet.
ENDED_AT_ITS_START = """
import os, signal
from authgate import cli, server

make = server.create_gate

def create_gate(context):
    os.kill(os.getpid(), signal.SIGTERM)
    return make(context)

server.create_gate = create_gate
cli.main(["serve"])
"""


def test_it_ends_on_sigterm_while_it_starts(tmp_path: Path) -> None:
    gate = Served(tmp_path, loopback(83))
    gate.run("sync", document(record()))
    command = [sys.executable, "-c", ENDED_AT_ITS_START]
    done = subprocess.run(command, env=gate.environ, timeout=20)
    assert done.returncode == 0


def test_a_log_that_cannot_be_written_refuses_nobody(tmp_path: Path) -> None:
    gate = Served(tmp_path, loopback(84))
    gate.run("sync", document(record()))
    with Path("/dev/full").open("wb") as full, start(gate, full) as process:
        assert {gate.check() for _ in range(2 * TOGETHER)} == {204}
        process.send_signal(signal.SIGTERM)
        _, events = process.communicate(timeout=20)
    assert b"decisions could not be logged: No space left on device" in events


def test_a_taken_port_is_named_with_the_next_step(served: Served) -> None:
    done = served.run("serve")
    assert done.returncode == 1
    assert f"cannot listen on {served.address} port 9180" in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_health_says_that_no_gate_answers(tmp_path: Path) -> None:
    gate = Served(tmp_path, loopback(82))
    done = gate.run("health")
    assert done.returncode == 1
    assert f"no gate answers on {gate.address} port 9182" in done.stderr.decode()
