"""Tells the portal of one stack's containers, and of nothing else that the Docker engine knows.

Whoever may ask the engine may do anything on the host, and its answers about a container hold its
variables. So the portal is not let through to it: it connects to this socket, sends a line that
says `containers`, and gets one JSON document. Nothing of what it sends reaches the engine.
"""

import asyncio
import json
import logging
import os
import signal
import time
from http.client import HTTPException
from pathlib import Path
from typing import Any

from portal.engine import look
from portal.settings import ReaderSettings

QUESTION = b"containers\n"
PATIENCE = 5.0
# Seconds for which an answer is good: many questions at once are one look.
FRESH = 1.0

_log = logging.getLogger(__name__)


class Reader:
    """Answers connections; what the engine last said is kept for a second."""

    def __init__(self, docker_socket: Path, stack: str) -> None:
        self._docker_socket = docker_socket
        self._stack = stack
        self._one_at_a_time = asyncio.Lock()
        self._answer = b""
        self._looked = -FRESH

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers one connection, and ends it."""
        try:
            if await asyncio.wait_for(reader.readline(), PATIENCE) == QUESTION:
                writer.write(await self._told())
                await asyncio.wait_for(writer.drain(), PATIENCE)
        except (OSError, TimeoutError, ValueError):
            pass
        finally:
            writer.close()

    async def _told(self) -> bytes:
        async with self._one_at_a_time:
            if time.monotonic() - self._looked >= FRESH:
                self._answer = json.dumps(await asyncio.to_thread(self._look)).encode()
                self._looked = time.monotonic()
            return self._answer

    def _look(self) -> dict[str, Any]:
        try:
            return {"containers": look(self._docker_socket, self._stack)}
        except (OSError, ValueError, LookupError, TypeError, HTTPException) as error:
            _log.warning("the engine does not answer: %s", error)
            return {"trouble": "the Docker engine does not answer"}


def serve(settings: ReaderSettings) -> None:
    """Serves until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    asyncio.run(_serve(settings))


async def _serve(settings: ReaderSettings) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    # One that was killed leaves its socket.
    settings.reader_socket.unlink(missing_ok=True)
    reader = Reader(settings.docker_socket, settings.stack)
    server = await asyncio.start_unix_server(reader.answer, settings.reader_socket, limit=64)
    # The portal is another user; who mounts the volume may ask.
    os.chmod(settings.reader_socket, 0o666)
    _log.info("telling of the containers of %s", settings.stack)
    async with server:
        await ended.wait()
