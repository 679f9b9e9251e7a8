"""An MCP client on the official SDK, and the few bare requests that no SDK makes."""

import http.client
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx2
from mcp.client import Client
from mcp.client.session import ListRootsFnT
from mcp.client.streamable_http import streamable_http_client
from mcp.types import ListRootsResult, Root, TextContent
from pydantic import FileUrl

from tests.image.playwright_harness import HOST, Instance


@asynccontextmanager
async def connected(instance: Instance, roots: Sequence[str] = ()) -> AsyncIterator[Client]:
    """Open an MCP session as a client behind the edge does: under the instance's public host.

    `roots` are the URLs of the client's folders, if it tells any.
    """
    url = f"http://{instance.address}:8080/mcp"
    async with (
        httpx2.AsyncClient(headers={"Host": HOST}, timeout=60) as http_client,
        Client(
            streamable_http_client(url, http_client=http_client),
            list_roots_callback=_list_roots(roots) if roots else None,
        ) as client,
    ):
        yield client


def _list_roots(roots: Sequence[str]) -> ListRootsFnT:
    async def answer(context: object) -> ListRootsResult:
        return ListRootsResult(roots=[Root(uri=FileUrl(root)) for root in roots])

    return answer


async def call(client: Client, tool: str, **arguments: object) -> str:
    """Call a tool and return its text; an error that the tool reports fails the test."""
    result = await client.call_tool(tool, arguments)
    text = "\n".join(part.text for part in result.content if isinstance(part, TextContent))
    assert not result.is_error, text
    return text


def get_status(instance: Instance, port: int, path: str, host: str) -> int:
    """Return the status of one GET under a Host name."""
    connection = http.client.HTTPConnection(instance.address, port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": host})
        return connection.getresponse().status
    finally:
        connection.close()
