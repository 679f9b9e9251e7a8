"""The process: its command line, its port, and its end."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import grpc.aio
from pulumi.runtime.proto.language_pb2_grpc import add_LanguageRuntimeServicer_to_server

from toolchain.language_host.arguments import Arguments, parse_arguments
from toolchain.language_host.engine import GRPC_OPTIONS
from toolchain.language_host.environment import without_import_root
from toolchain.language_host.service import LanguageHost

# What PYTHONPATH must name for this package to be imported.
IMPORT_ROOT = Path(__file__).resolve().parents[2]


def main(argv: Sequence[str] | None = None) -> int:
    """Serves as `argv` says (default: the command line) until it is told to stop; exit status."""
    arguments = parse_arguments(sys.argv[1:] if argv is None else argv)
    asyncio.run(serve(arguments, without_import_root(os.environ, IMPORT_ROOT)))
    return 0


async def serve(arguments: Arguments, environ: Mapping[str, str]) -> None:
    """Prints the port and serves until SIGINT, SIGTERM or the end of the engine."""
    host = LanguageHost(arguments, environ)
    stop = host.watch.gone
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    server = grpc.aio.server(options=GRPC_OPTIONS)
    add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    # The engine reads the port as the first line.
    print(port, flush=True)
    await stop.wait()
    await host.close()
    await server.stop(grace=1)
