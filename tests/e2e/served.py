"""Programs and servers that run while a test needs them, and end with it."""

import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseServer
from typing import Any

from tests.waiting import until


@contextmanager
def process(
    command: Sequence[str], port: int, log: Path, environ: Mapping[str, str] | None = None
) -> Iterator[None]:
    """A program that listens on a port of 127.0.0.1; its output goes to the log."""
    with log.open("wb") as output:
        started = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environ
        )
        try:
            until(
                lambda: started.poll() is not None or listens(port), 20, f"{command[0]} is not up"
            )
            assert started.poll() is None, log.read_text(errors="replace")
            yield
        finally:
            started.terminate()
            started.wait(timeout=20)


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler], port: int) -> Iterator[None]:
    """A server of this process on a port of 127.0.0.1."""
    with in_background(ThreadingHTTPServer(("127.0.0.1", port), handler)):
        yield


@contextmanager
def in_background(server: BaseServer) -> Iterator[None]:
    """Has a server answer in a thread, and closes it on leaving."""
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def listens(port: int) -> bool:
    """Whether something listens on a port of 127.0.0.1."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@contextmanager
def localhost_names() -> Iterator[None]:
    """Within it, `*.localhost` is loopback (RFC 6761), which not every libc knows."""
    ask = socket.getaddrinfo

    def answer(host: Any, *rest: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        local = name.endswith(".localhost")
        return ask("127.0.0.1" if local else host, *rest, **named)

    socket.getaddrinfo = answer
    try:
        yield
    finally:
        socket.getaddrinfo = ask
