"""The socket-proxy's image between a client and an engine that only notes what reaches it."""

import os
import socket
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.attack.echo.echo import read_body, read_headers
from tests.attack.wire import Answer, ask_http2
from tests.image.playwright_image import OWNED, docker
from tests.waiting import until

FOLDER = Path(__file__).parents[2] / "image/socket-proxy"
BASE = os.environ.get("MCPIER_BASE_DEBIAN", "mcpier/base-debian:bookworm")
TAG = "mcpier/test-socket-proxy:latest"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
TIMEOUT = 5.0
STACK = "dev"


def build_image() -> None:
    """Build the image under test with the classic builder."""
    subprocess.run(
        ["docker", "build", "--build-arg", f"BASE={BASE}", "--tag", TAG, str(FOLDER)],
        env={**os.environ, "DOCKER_BUILDKIT": "0"},
        check=True,
        capture_output=True,
    )


class Engine:
    """A docker.sock: `heard` has the first line of every request, in whatever way it came."""

    def __init__(self, path: Path) -> None:
        self.heard: list[str] = []
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen(64)
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def close(self) -> None:
        """End the server; connections end with the proxy."""
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=[connection], daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        # What is left of a connection when a request has been read is the next request.
        with connection, connection.makefile("rb") as stream:
            while line := stream.readline():
                request = line.decode("latin-1").rstrip("\r\n")
                self.heard.append(request)
                headers = {name.lower(): value for name, value in read_headers(stream)}
                read_body(stream, headers)
                # The proxy may have hung up on a client that did so.
                with suppress(ConnectionError):
                    connection.sendall(ANSWER + (b"" if request.startswith("HEAD ") else b"{}"))


class SocketProxy:
    """A container of the image, as the stack runs it, but for where its sockets are."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "proxy" / "docker.sock"
        self._socket.parent.mkdir()
        self.engine = Engine(folder / "engine.sock")
        locked = ["--network=none", "--read-only", "--cap-drop=ALL", "--user=0"]
        self._id = docker(
            *("run", "--detach", "--rm", "--label", OWNED, *locked),
            *("--security-opt", "no-new-privileges", "--env", f"MCPIER_STACK={STACK}"),
            *("--volume", f"{folder / 'engine.sock'}:/var/run/docker.sock:ro"),
            *("--volume", f"{self._socket.parent}:/run/socket-proxy", TAG),
        )

    def __enter__(self) -> Self:
        until(self._socket.exists, 15, "HAProxy does not listen")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        docker("rm", "--force", self._id)
        self.engine.close()

    def send(self, raw: bytes) -> bytes:
        """Send bytes, then nothing more; every byte that comes back."""
        with self._connected() as connection:
            try:
                connection.sendall(raw)
                connection.shutdown(socket.SHUT_WR)
                return b"".join(iter(lambda: connection.recv(65536), b""))
            except ConnectionError:
                return b""

    def send_http2(self, method: str, path: str, body: bytes = b"") -> Answer:
        """Send one request over HTTP/2, with prior knowledge."""
        fixed = [(":scheme", "http"), (":authority", "docker")]
        with self._connected() as connection:
            return ask_http2(connection, [(":method", method), (":path", path), *fixed], body)

    def _connected(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(TIMEOUT)
        connection.connect(str(self._socket))
        return connection
