"""The edge as the doctor asks it: over TLS that is verified, and what is said where it fails."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from console.edge import Edge
from console.errors import ConsoleError
from tests.authority import Authority, pem, present_authority

HOST = "mcp-demo.mcpier.localhost"
DOMAIN = "mcpier.localhost"
MESSAGE = json.dumps({"jsonrpc": "2.0", "id": 1, "result": {"serverInfo": {"name": "demo"}}})


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """What the server answers, by method; None breaks off."""

    status: int = 200
    kind: str = "application/json"
    body: str | None = MESSAGE


class Server(ThreadingHTTPServer):
    """Answers every POST alike, and notes what it is asked."""

    daemon_threads = True
    spoken: Spoken
    asked: list[tuple[str, str | None]]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        self.server.asked.append(("POST", self.headers["Authorization"]))
        self.rfile.read(int(self.headers["Content-Length"]))
        spoken = self.server.spoken
        if spoken.body is None:
            self.close_connection = True
            return
        self.send_response(spoken.status)
        self.send_header("Content-Type", spoken.kind)
        self.send_header("Mcp-Session-Id", "one")
        self.send_header("Content-Length", str(len(spoken.body)))
        self.end_headers()
        self.wfile.write(spoken.body.encode())

    def do_DELETE(self) -> None:
        self.server.asked.append(("DELETE", self.headers["Mcp-Session-Id"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


@pytest.fixture(scope="module")
def authority() -> Authority:
    return present_authority()


@contextmanager
def serving(
    folder: Path, authority: Authority, spoken: Spoken = Spoken(), days: float = 90.5
) -> Iterator[Server]:
    """A server with a certificate for every name of the domain."""
    chain, key = authority.pair(f"*.{DOMAIN}", days=days)
    (folder / "chain.pem").write_text(chain)
    (folder / "key.pem").write_text(key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    with Server(("127.0.0.1", 0), Handler) as server:
        server.spoken, server.asked = spoken, []
        # The handshake belongs to the connection's own thread, and not to who accepts.
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def url(server: Server) -> str:
    return f"https://{HOST}:{server.server_address[1]}/mcp"


def said(edge: Edge, server: Server) -> ConsoleError:
    """How the edge's answer to `initialize` fails."""
    with pytest.raises(ConsoleError) as caught:
        edge.initialize(url(server), {"Authorization": "Bearer t"})
    return caught.value


@pytest.fixture
def edge(authority: Authority) -> Edge:
    """The edge at this machine, whose CA is known."""
    return Edge.behind(DOMAIN, pem(authority.root))


EVENT = f"event: message\ndata: {MESSAGE}\n\n"


@pytest.mark.parametrize(
    "spoken", [Spoken(), Spoken(kind="text/event-stream", body=EVENT)], ids=["JSON", "an event"]
)
def test_a_session_is_opened_with_the_token_and_ended(
    tmp_path: Path, authority: Authority, edge: Edge, spoken: Spoken
) -> None:
    with serving(tmp_path, authority, spoken) as server:
        assert edge.initialize(url(server), {"Authorization": "Bearer t"}) == "demo"
        assert server.asked == [("POST", "Bearer t"), ("DELETE", "one")]


def test_a_server_that_says_nothing_of_itself_has_no_name(
    tmp_path: Path, authority: Authority, edge: Edge
) -> None:
    with serving(tmp_path, authority, Spoken(body="no JSON")) as server:
        assert edge.initialize(url(server), {}) == "a server without a name"


def test_a_refusal_is_told_with_its_status_and_its_words(
    tmp_path: Path, authority: Authority, edge: Edge
) -> None:
    with serving(tmp_path, authority, Spoken(status=401, body="not you")) as server:
        error = said(edge, server)
        assert error.what == f"{url(server)} answers MCP's initialize with 401: not you"
        assert "docker logs" in str(error)


def test_an_answer_that_breaks_off_is_told(
    tmp_path: Path, authority: Authority, edge: Edge
) -> None:
    with serving(tmp_path, authority, Spoken(body=None)) as server:
        assert said(edge, server).what.startswith(f"{url(server)} breaks off: ")


def test_a_certificate_of_another_ca_is_not_good(tmp_path: Path, edge: Edge) -> None:
    with serving(tmp_path, present_authority()) as server:
        error = said(edge, server)
        port = server.server_address[1]
        assert error.what.startswith(f"the certificate of {HOST}:{port} is not good: ")
        assert "mcpier:tls" in str(error)
        assert server.asked == []


def test_the_days_that_a_certificate_has_left_are_told(
    tmp_path: Path, authority: Authority, edge: Edge
) -> None:
    with serving(tmp_path, authority, days=10.5) as server:
        assert edge.days_left(HOST, server.server_address[1]) == 10


def test_a_name_that_leads_nowhere_is_told_with_what_to_point_where(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nowhere(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    with pytest.raises(ConsoleError) as caught:
        Edge.behind("mcp.example.org", None)
    assert caught.value.what.startswith("mcp-doctor.mcp.example.org has no address here: ")
    assert "point the wildcard name *.mcp.example.org at the Docker host" in str(caught.value)
