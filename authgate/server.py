"""Running the gate: three listening sockets, one process."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from functools import partial

import uvicorn
import uvloop
from starlette.types import ASGIApp

from authgate.app import create_app, create_gate
from authgate.audit import Audit
from authgate.context import Context
from authgate.errors import AuthgateError
from authgate.events import log_events_as_json
from authgate.forwarded import READ
from authgate.hosts import Hosts
from authgate.journal import Journal
from authgate.protocol import GateProtocol, Respond
from authgate.registry import Registry
from authgate.settings import GATE_PORT, OPERATIONS_PORT, PAGES_PORT, Settings

# Traefik drops a connection after 90 idle seconds: were we to drop it first, a request that is
# just being sent would fail.
_KEEP_ALIVE = 120
_GRACE = 5
# Connections that may wait to be accepted: as many as uvicorn lets wait.
_BACKLOG = 2048
# How long a line of the decision log may wait for others.
_LOG_SECONDS = 0.05

_log = logging.getLogger(__name__)


def serve(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT; raises AuthgateError if a port cannot be had."""
    log_events_as_json()
    gate_socket, *others = [
        _listen(settings.listen, port) for port in (GATE_PORT, PAGES_PORT, OPERATIONS_PORT)
    ]
    audit = Audit(settings.registry)
    for problem in audit.run().problems:
        _log.error("registry: %s", problem)
    journal = Journal(_write, _soon)
    context = Context(
        hosts=Hosts(settings.domain, settings.public_port),
        registry=Registry(settings.registry),
        journal=journal,
    )
    server = uvicorn.Server(_configured(create_app(context, audit)))

    def stop(*_: object) -> None:
        server.should_exit = True

    # Until uvicorn takes them, and once more after it has stopped on one: it raises that again,
    # which would end us with its status.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)

    async def serve_all() -> None:
        async with asked(gate_socket, create_gate(context).answer, READ):
            await server.serve(sockets=others)

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve_all())
    finally:
        journal.write_down()


@asynccontextmanager
async def asked(
    listening: socket.socket,
    respond: Respond,
    read: Collection[bytes],
    keep_alive: float = _KEEP_ALIVE,
) -> AsyncIterator[None]:
    """Answers what is asked on the gate's socket; connections may be idle for so many seconds."""
    connections: set[GateProtocol] = set()
    connection = partial(GateProtocol, respond, read, connections)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(connection, sock=listening, backlog=_BACKLOG)
    sweeping = loop.create_task(_end_idle(connections, keep_alive))
    try:
        yield
    finally:
        sweeping.cancel()
        # Nothing is half answered: a request is answered as soon as it is read.
        server.close()


async def _end_idle(connections: Collection[GateProtocol], keep_alive: float) -> None:
    """Ends what has been idle for `keep_alive`, at the latest after twice that."""
    while True:
        await asyncio.sleep(keep_alive)
        for connection in list(connections):
            connection.end_if_idle()


def _configured(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
    )


def _write(lines: bytes) -> None:
    """A log that cannot be written is told of, and refuses nobody."""
    try:
        sys.stdout.buffer.write(lines)
        sys.stdout.buffer.flush()
    except OSError as error:
        _log.error("decisions could not be logged: %s", error.strerror)


def _soon(call: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_later(_LOG_SECONDS, call)


def _listen(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise AuthgateError(
            f"cannot listen on {address} port {port}: {error.strerror}; "
            "end what listens there, or set AUTHGATE_LISTEN to another address of this machine"
        ) from error
