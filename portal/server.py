"""Running the portal: one process, one port."""

import logging
import signal
import socket

import uvicorn

from portal.app import create_app
from portal.errors import PortalError
from portal.settings import Settings

# Traefik drops a connection after 90 idle seconds: were we to drop it first, a request that is
# just being sent would fail.
_KEEP_ALIVE = 120
_GRACE = 2
_MOST_CONNECTIONS = 256


def serve(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT; raises PortalError if the port cannot be had."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    host, port = settings.listen
    try:
        listening = socket.create_server((host, port))
    except OSError as error:
        raise PortalError(f"cannot listen on {host} port {port}: {error.strerror}") from error
    config = uvicorn.Config(
        create_app(settings),
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
    )
    # uvicorn stops on a signal and then raises it again, which would end us with its status.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    uvicorn.Server(config).run(sockets=[listening])
