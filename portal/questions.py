"""Asking the reader for containers, and authgate for what happened of late."""

import asyncio
import http.client
from collections.abc import Mapping
from pathlib import Path

from portal.errors import Trouble
from portal.facts import Activity, Container, parse_activity, parse_containers
from portal.reader import QUESTION
from portal.settings import Address

# Longer than the reader gives the engine.
TIMEOUT = 8.0
# Bytes: a thousand containers, a thousand tokens.
LONGEST = 1 << 22


async def ask_reader(path: Path) -> Mapping[str, Container]:
    """The stack's containers, by name; raises Trouble."""
    try:
        async with asyncio.timeout(TIMEOUT):
            reader, writer = await asyncio.open_unix_connection(path)
            try:
                writer.write(QUESTION)
                answer = await _all(reader)
            finally:
                writer.close()
        return parse_containers(answer)
    except (OSError, TimeoutError, ValueError, KeyError, TypeError) as error:
        raise Trouble("the reader of the Docker engine does not answer") from error


async def ask_gate(address: Address) -> Activity:
    """What happened of late; raises Trouble."""
    try:
        return parse_activity(await asyncio.to_thread(_get, address))
    except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException) as error:
        raise Trouble("the gate does not answer") from error


async def _all(reader: asyncio.StreamReader) -> bytes:
    answer = b""
    while chunk := await reader.read(1 << 16):
        answer += chunk
        if len(answer) > LONGEST:
            raise ValueError("too long")
    return answer


def _get(address: Address) -> bytes:
    connection = http.client.HTTPConnection(*address, timeout=TIMEOUT)
    try:
        connection.request("GET", "/activity")
        answer = connection.getresponse()
        body = answer.read(LONGEST)
    finally:
        connection.close()
    if answer.status != 200:
        raise ValueError(f"it answers {answer.status}")
    return body
