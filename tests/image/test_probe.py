"""The probe, in a container as locked down as an instance, beside servers of every kind."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.image.playwright_image import OWNED, docker
from tests.waiting import until

pytestmark = pytest.mark.docker
FOLDER = Path(__file__).parents[2] / "image/probe"
TAG = "mcpier/test-probe:latest"
DEBIAN = os.environ.get("MCPIER_BASE_DEBIAN", "mcpier/base-debian:bookworm")
PYTHON = os.environ.get("MCPIER_BASE_PYTHON", "mcpier/base-python:3.11-bookworm")
# 8080 serves MCP and notes sessions that are open, 8081 never answers, 8082 closes at once.
SERVERS = """
import http.server, socket, threading
sessions = set()
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        self.answer(200 if self.path == "/health" else 204 + 200 * len(sessions))
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != "/mcp":
            return self.answer(404)
        sessions.add("one")
        self.answer(200, b'{"result":{"protocolVersion":"2025-11-25"}}', MCP_Session_ID="one")
    def do_DELETE(self):
        sessions.discard(self.headers["Mcp-Session-Id"])
        self.answer(200)
def keep(port, close):
    server, kept = socket.create_server(("", port)), []
    while True:
        connection, _ = server.accept()
        connection.close() if close else kept.append(connection)
threading.Thread(target=keep, args=(8081, False)).start()
threading.Thread(target=keep, args=(8082, True)).start()
http.server.ThreadingHTTPServer(("", 8080), Handler).serve_forever()
"""


@pytest.fixture(scope="module")
def container() -> Iterator[str]:
    """The servers, with the probe where a deploy puts it."""
    subprocess.run(
        ["docker", "build", "--build-arg", f"BASE={DEBIAN}", "--tag", TAG, str(FOLDER)],
        env={**os.environ, "DOCKER_BUILDKIT": "0"},
        check=True,
        capture_output=True,
    )
    volume = docker("volume", "create", "--label", OWNED)
    found = ""
    try:
        fill = f"type=volume,source={volume},target=/probe"
        docker("run", "--rm", "--network", "none", "--mount", fill, TAG)
        seen = f"type=volume,source={volume},target=/run/mcpier-probe,readonly"
        locked = ["--read-only", "--cap-drop", "ALL", "--user", "1000", "--pids-limit", "32"]
        command = [PYTHON, "python3", "-c", SERVERS]
        found = docker("run", "-d", "--label", OWNED, *locked, "--mount", seen, *command)
        until(lambda: ask(found, "tcp", "8080").returncode == 0, 20, "the servers do not listen")
        yield found
    finally:
        if found:
            docker("rm", "--force", found)
        docker("volume", "rm", "--force", volume)


def ask(container: str, *words: str) -> subprocess.CompletedProcess[str]:
    """One run of the probe, with two seconds to answer in."""
    command = ["docker", "exec", container, "/run/mcpier-probe/probe", "2", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


@pytest.mark.parametrize(
    "words",
    [["tcp", "8081"], ["http", "8080", "/health", "200"], ["http", "8080", "/", "200", "204"]],
)
def test_what_answers_as_it_should_is_healthy(container: str, words: list[str]) -> None:
    done = ask(container, *words)
    assert (done.returncode, done.stderr) == (0, "")


def test_mcp_is_initialized_and_the_session_ended_again(container: str) -> None:
    assert ask(container, "mcp", "8080", "/mcp").returncode == 0
    assert ask(container, "http", "8080", "/", "204").returncode == 0


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["tcp", "8089"], "nothing takes connections on port 8089"),
        (["http", "8080", "/", "200"], "GET / answered 204, and not 200"),
        (["http", "8082", "/", "200"], "no healthy answer on port 8082"),
        (["mcp", "8080", "/other"], "initialize at /other answered 404"),
        (["mcp", "8081", "/mcp"], "no answer within 2 s"),
        (["mcp", "8082", "/mcp"], "MCP is not served on port 8082"),
    ],
)
def test_what_does_not_is_not_and_it_says_why(
    container: str, words: list[str], reason: str
) -> None:
    done = ask(container, *words)
    assert done.returncode != 0
    assert reason in done.stderr


def test_no_process_is_left_of_it(container: str) -> None:
    for _ in range(3):
        ask(container, "mcp", "8080", "/mcp")
    assert len(docker("top", container).splitlines()) == 2
