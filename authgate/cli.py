"""The command `authgate`."""

import argparse
import http.client
import os
import sys
from collections.abc import Sequence

from authgate.errors import AuthgateError
from authgate.settings import OPERATIONS_PORT, listen_address, load_settings, registry_path


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one subcommand; its exit status: 0, or 1 with a message on standard error."""
    parser = argparse.ArgumentParser(prog="authgate", description="ForwardAuth for MCP servers.")
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, run, text in (
        ("serve", _serve, "answer Traefik, until SIGTERM"),
        ("sync", _sync, "write the registry from a JSON document on standard input"),
        ("list", _list, "show the registry, without secrets"),
        ("health", _health, "ask the gate on this machine whether it lives"),
    ):
        commands.add_parser(name, help=text, description=text).set_defaults(run=run)
    try:
        parser.parse_args(arguments).run()
    except AuthgateError as error:
        print(f"authgate: {error}", file=sys.stderr)
        return 1
    return 0


# Each command imports what it needs: a health check every few seconds must not load the server.


def _serve() -> None:
    from authgate.server import serve

    serve(load_settings(os.environ))


def _sync() -> None:
    from authgate.sync import read_document, write_registry

    document = read_document(sys.stdin.buffer.read())
    changes = write_registry(registry_path(os.environ), document)
    print(
        f"registry: {changes.written} written, {changes.unchanged} unchanged, "
        f"{changes.removed} removed"
    )


def _list() -> None:
    from authgate.listing import list_registry

    print(list_registry(registry_path(os.environ)))


def _health() -> None:
    address = listen_address(os.environ)
    connection = http.client.HTTPConnection(address, OPERATIONS_PORT, timeout=2)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise AuthgateError(
            f"no gate answers on {address} port {OPERATIONS_PORT}: {error}; start authgate serve"
        ) from error
    finally:
        connection.close()
    if status != 200:
        raise AuthgateError(f"the gate answers /healthz with {status}, expected 200; see its log")
