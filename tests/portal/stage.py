"""The portal as its processes: page, reader and gate are real, the engine and the edge stand in."""

import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.core.parse import parse
from components.core.parse_type import parse_type
from components.core.portal import portal_document
from tests.authgate.harness import document, portal_record, record
from tests.authgate.served import OPERATIONS, Served, loopback, start
from tests.authority import present_authority
from tests.core.conftest import TYPE
from tests.portal.engine import Engine, container
from tests.waiting import until

DOMAIN = "mcp.example.org"
CONFIG: dict[str, Any] = {
    "domain": DOMAIN,
    "edge": {"httpsPort": 8443},
    "instances": {
        "demo": {"type": "browser", "tokens": ["alice"]},
        "resting": {"type": "browser", "state": "stopped", "tokens": ["bob"]},
    },
}
PORT, EDGE_PORT = 9190, 8443


def stack_document(config: Mapping[str, Any] = CONFIG) -> dict[str, Any]:
    """What a deploy tells the portal of a stack."""
    kind = parse_type("browser", "image/browser", TYPE, "0" * 64)
    told: dict[str, Any] = json.loads(portal_document(parse("dev", config, [kind])))
    return told


def all_well() -> list[dict[str, Any]]:
    """The containers of `CONFIG`, as they should be."""
    platform = ("traefik", "authgate", "socket-proxy", "portal", "docker-reader")
    return [container(f"mcpier-dev-{part}") for part in ("mcp-demo", *platform)]


@dataclass
class Reply:
    """An answer of the portal's."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass
class Stage:
    """Where the processes are, and what stands around them."""

    folder: Path
    address: str
    engine: Engine
    gate: Served

    @property
    def environ(self) -> dict[str, str]:
        return {
            **os.environ,
            "PORTAL_LISTEN": f"{self.address}:{PORT}",
            "PORTAL_ACTIVITY": f"{self.gate.address}:{OPERATIONS}",
            "PORTAL_EDGE": f"{self.address}:{EDGE_PORT}",
            "PORTAL_READER_SOCKET": str(self.folder / "reader.sock"),
            "PORTAL_STACK_FILE": str(self.folder / "stack.json"),
        }

    @property
    def reader_environ(self) -> dict[str, str]:
        return {
            **os.environ,
            "PORTAL_STACK": "dev",
            "PORTAL_DOCKER_SOCKET": str(self.engine.path),
            "PORTAL_READER_SOCKET": str(self.folder / "reader.sock"),
        }

    def write(self, config: Mapping[str, Any] = CONFIG) -> None:
        """Tells the portal of a stack, as a deploy does."""
        partial = self.folder / "stack.json.partial"
        partial.write_text(json.dumps(stack_document(config)))
        partial.rename(self.folder / "stack.json")

    def get(self, path: str, method: str = "GET", **headers: str) -> Reply:
        """What the portal answers, as Traefik asks it."""
        with closing(self.connection()) as connection:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            return Reply(answer.status, dict(answer.getheaders()), text)

    def connection(self) -> http.client.HTTPConnection:
        """A connection to the portal."""
        return http.client.HTTPConnection(self.address, PORT, timeout=10)

    def ask_reader(self, question: bytes) -> bytes:
        """What the reader says to somebody who sends these bytes, and no more."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            connection.connect(str(self.folder / "reader.sock"))
            connection.sendall(question)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(1 << 16), b""))


@contextmanager
def process(command: str, environ: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """A process of the portal's, until the end of the block."""
    words = [sys.executable, "-m", "portal", command]
    with subprocess.Popen(
        words, env=dict(environ), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as running:
        try:
            yield running
        finally:
            running.terminate()
            running.wait(10)


def healthy(command: str, environ: Mapping[str, str]) -> bool:
    """Whether a health check of the portal's image passes."""
    words = [sys.executable, "-m", "portal", command]
    return subprocess.run(words, env=dict(environ), capture_output=True).returncode == 0


@contextmanager
def edge(address: str, folder: Path, days: float) -> Iterator[None]:
    """Something that serves TLS for every host of the domain."""
    chain, key = present_authority().pair(f"*.{DOMAIN}", days=days)
    (folder / "edge.crt").write_text(chain)
    (folder / "edge.key").write_text(key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "edge.crt", folder / "edge.key")
    with socket.create_server((address, EDGE_PORT)) as server:
        thread = threading.Thread(target=_shake_hands, args=[server, context])
        thread.start()
        try:
            yield
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _shake_hands(server: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        try:
            with context.wrap_socket(connection, server_side=True) as secure:
                secure.recv(1)
        except OSError:
            connection.close()


@contextmanager
def stage(folder: Path, last: int) -> Iterator[Stage]:
    """All of it running; `last` is the end of addresses of its own."""
    made = Stage(
        folder=folder,
        address=loopback(last),
        engine=Engine(folder / "docker.sock"),
        gate=Served(folder / "registry", loopback(last + 1)),
    )
    made.gate.folder.mkdir()
    made.engine.containers = all_well()
    made.write()
    with ExitStack() as stack:
        stack.enter_context(made.engine.running())
        stack.enter_context(edge(made.address, folder, days=60))
        synced = made.gate.run("sync", document(record(), portal_record()))
        assert synced.returncode == 0, synced.stderr
        gate = stack.enter_context(start(made.gate))
        stack.callback(gate.terminate)
        stack.enter_context(process("read", made.reader_environ))
        stack.enter_context(process("serve", made.environ))
        until(lambda: healthy("read-health", made.reader_environ), 20, "the reader is not up")
        until(lambda: healthy("health", made.environ), 20, "the portal is not up")
        yield made
