"""Many calls in one session, and many sessions at once, with the official SDK: nothing is lost."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.edge.stack import Reach

CALLS = 250
LARGE_CALLS = 100
SESSIONS = 100
PATIENCE = 60


@asynccontextmanager
async def connected(reach: Reach, trust: ssl.SSLContext, mode: str) -> AsyncIterator[Client]:
    """A client of the era: `legacy` is 2025-11-25."""
    http = httpx2.AsyncClient(headers=reach.headers, verify=trust, timeout=PATIENCE)
    async with http:
        transport = streamable_http_client(reach.url, http_client=http)
        async with Client(transport, mode=mode) as client:
            yield client


async def echo(client: Client, text: str) -> None:
    """Calls once; the answer must be its own."""
    answer: Any = await client.call_tool("echo", {"text": text})
    assert answer.content[0].text == text


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
def test_250_calls_of_one_client_each_get_their_own_answer(
    reach: Reach, trust: ssl.SSLContext, resolved_names: None, mode: str
) -> None:
    async def calls() -> None:
        async with connected(reach, trust, mode) as client:
            for number in range(CALLS):
                await echo(client, f"call {number}")

    anyio.run(calls)


@pytest.mark.parametrize("size", [20 << 10, 64 << 10, 512 << 10])
def test_calls_with_large_arguments_each_get_their_own_answer(
    reach: Reach, trust: ssl.SSLContext, resolved_names: None, size: int
) -> None:
    async def calls() -> None:
        async with connected(reach, trust, "legacy") as client:
            for number in range(LARGE_CALLS):
                await echo(client, str(number) + "x" * size)

    anyio.run(calls)


def test_a_hundred_sessions_at_once_each_get_their_own_answers(
    reach: Reach, trust: ssl.SSLContext, resolved_names: None
) -> None:
    async def sessions() -> None:
        there = 0
        all_there = anyio.Event()

        async def one(name: int) -> None:
            nonlocal there
            async with connected(reach, trust, "legacy") as client:
                there += 1
                if there == SESSIONS:
                    all_there.set()
                with anyio.fail_after(PATIENCE):
                    await all_there.wait()
                for number in range(5):
                    await echo(client, f"session {name}, call {number}")

        async with anyio.create_task_group() as tasks:
            for name in range(SESSIONS):
                tasks.start_soon(one, name)

    anyio.run(sessions)
