"""Running the gate: three listening sockets, one process."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Callable

import uvicorn
import uvloop
from starlette.types import ASGIApp

from authgate.app import create_app
from authgate.audit import Audit
from authgate.errors import AuthgateError
from authgate.events import log_events_as_json
from authgate.journal import Journal
from authgate.settings import GATE_PORT, OPERATIONS_PORT, PAGES_PORT, Settings

# Traefik drops a connection after 90 idle seconds: were we to drop it first, a request that is
# just being sent would fail.
_KEEP_ALIVE = 120
_GRACE = 5
# How long a line of the decision log may wait for others.
_LOG_SECONDS = 0.05

_log = logging.getLogger(__name__)


def serve(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT; raises AuthgateError if a port cannot be had."""
    log_events_as_json()
    sockets = [_listen(settings.listen, port) for port in (GATE_PORT, PAGES_PORT, OPERATIONS_PORT)]
    for problem in Audit(settings.registry).run().problems:
        _log.error("registry: %s", problem)
    journal = Journal(_write, _soon)
    server = uvicorn.Server(configured(create_app(settings, journal)))
    # uvicorn stops on a signal and then raises it again, which would end us with its status.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(server.serve(sockets=sockets))
    finally:
        journal.write_down()


def configured(app: ASGIApp) -> uvicorn.Config:
    """uvicorn as the gate runs it: with nothing that the gate does not need."""
    return uvicorn.Config(
        app,
        # `application` is a plain function, which uvicorn would take for ASGI 2.
        interface="asgi3",
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
    sys.stdout.buffer.write(lines)
    sys.stdout.buffer.flush()


def _soon(call: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_later(_LOG_SECONDS, call)


def _listen(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family, backlog=2048)
    except OSError as error:
        raise AuthgateError(
            f"cannot listen on {address} port {port}: {error.strerror}; "
            "end what listens there, or set AUTHGATE_LISTEN to another address of this machine"
        ) from error
