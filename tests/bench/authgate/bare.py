"""`python bare.py ADDRESS PORT`, in the gate's image: its connections, and no gate behind them.

All is answered as the gate answers a right token: what the gate's own code costs is the rest.
"""

import asyncio
import socket
import sys
from collections.abc import Iterable

import uvloop

from authgate.answers import Answer, Header
from authgate.forwarded import READ
from authgate.server import asked

_ALLOWED = Answer(204, [(b"x-mcpier-client", b"alice")], b"")


def allow(target: bytes, headers: Iterable[Header]) -> Answer:
    """Allows."""
    return _ALLOWED


async def serve(address: str, port: int) -> None:
    """Serves until it is ended."""
    async with asked(socket.create_server((address, port)), allow, READ):
        await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(sys.argv[1], int(sys.argv[2])))
