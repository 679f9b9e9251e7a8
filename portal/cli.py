"""The command `portal`."""

import argparse
import http.client
import os
import socket
import sys
from collections.abc import Sequence

from portal.errors import PortalError
from portal.settings import load_reader_settings, load_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one subcommand; its exit status: 0, or 1 with a message on standard error."""
    parser = argparse.ArgumentParser(prog="portal", description="What a stack has, and how it is.")
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, run, text in (
        ("serve", _serve, "serve the page, until SIGTERM"),
        ("health", _health, "ask the portal on this machine whether it lives"),
        ("read", _read, "tell of the stack's containers on a unix socket, until SIGTERM"),
        ("read-health", _read_health, "see whether the reader on this machine takes questions"),
    ):
        commands.add_parser(name, help=text, description=text).set_defaults(run=run)
    try:
        parser.parse_args(arguments).run()
    except PortalError as error:
        print(f"portal: {error}", file=sys.stderr)
        return 1
    return 0


# Where this machine reaches what listens on all of its addresses.
_LOCAL = {"0.0.0.0": "127.0.0.1"}
# Each command imports what it needs: a health check every few seconds must not load the server,
# and what holds docker.sock nothing but the standard library.


def _serve() -> None:
    from portal.server import serve

    serve(load_settings(os.environ))


def _read() -> None:
    from portal.reader import serve

    serve(load_reader_settings(os.environ))


def _health() -> None:
    host, port = load_settings(os.environ).listen
    connection = http.client.HTTPConnection(_LOCAL.get(host, host), port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise PortalError(f"no portal answers on port {port}: {error}; see its log") from error
    finally:
        connection.close()
    if status != 200:
        raise PortalError(f"the portal answers /healthz with {status}, expected 200; see its log")


def _read_health() -> None:
    path = load_reader_settings(os.environ).reader_socket
    # It is asked nothing: while nobody looks, the engine shall have no work.
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2)
        try:
            connection.connect(str(path))
        except OSError as error:
            raise PortalError(f"no reader listens at {path}: {error}; see its log") from error
