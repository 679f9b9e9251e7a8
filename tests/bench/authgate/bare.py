"""`python bare.py ADDRESS PORT`, in the gate's image: its uvicorn, and no gate in it.

It answers all as the gate answers a right token: what the gate's own code costs is the rest.
"""

import asyncio
import socket
import sys

import uvicorn
import uvloop
from starlette.types import Receive, Scope, Send

from authgate.answers import Answer
from authgate.gate import send_answer
from authgate.server import configured

_ALLOWED = Answer(204, [(b"x-mcpier-client", b"alice")], b"")


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Allows."""
    await send_answer(send, _ALLOWED)


def main(address: str, port: int) -> None:
    """Serves until it is ended."""
    with (
        socket.create_server((address, port), backlog=2048) as listening,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(uvicorn.Server(configured(application)).serve(sockets=[listening]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
