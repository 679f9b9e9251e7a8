"""An MCP client on the official SDK, and the few bare requests that no SDK makes."""

import http.client
import json
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from typing import Any

import httpx2
from mcp.client import Client
from mcp.client.session import ListRootsFnT
from mcp.client.streamable_http import streamable_http_client
from mcp.types import ListRootsResult, Root, TextContent
from pydantic import FileUrl

from tests.image.playwright_harness import HOST, Instance
from tests.image.playwright_pages import Pages

INITIALIZE = (
    '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",'
    '"capabilities":{},"clientInfo":{"name":"test","version":"1"}}}'
)
HEADERS = {
    "Host": HOST,
    "Content-Type": "application/json",
    "Accept": "application/json, text/event-stream",
}
# RFC 6455, section 1.2; the key is the example's.
UPGRADE = (
    b"GET /websockify HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@asynccontextmanager
async def connected(
    instance: Instance, roots: Sequence[str] = (), port: int = 8080
) -> AsyncIterator[Client]:
    """Open an MCP session as a client behind the edge does: under the instance's public host.

    `roots` are the URLs of the client's folders, if it tells any.
    """
    url = f"http://{instance.address}:{port}/mcp"
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


async def evaluate(client: Client, function: str) -> Any:
    """Run a script in the page and return what it returns."""
    text = await call(client, "browser_evaluate", function=function)
    return json.loads(text.split("### Result\n", 1)[1].split("\n###", 1)[0])


def get_status(instance: Instance, port: int, path: str, host: str) -> int:
    """Return the status of one GET under a Host name."""
    connection = http.client.HTTPConnection(instance.address, port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": host})
        return connection.getresponse().status
    finally:
        connection.close()


async def opens_a_page(instance: Instance, pages: Pages) -> bool:
    """Say whether a new client can open a page and read it."""
    try:
        async with connected(instance) as client:
            await call(client, "browser_navigate", url=pages.url("works"))
            return "works" in await call(client, "browser_snapshot")
    except (ExceptionGroup, AssertionError):
        return False


def initializes(address: str, port: int = 8080) -> bool:
    """Say whether an MCP session can be opened; it is closed again."""
    with closing(http.client.HTTPConnection(address, port, timeout=10)) as connection:
        try:
            connection.request("POST", "/mcp", INITIALIZE, HEADERS)
            answer = connection.getresponse()
            answer.read()
            session = {"Mcp-Session-Id": answer.headers["Mcp-Session-Id"] or ""}
            connection.request("DELETE", "/mcp", headers=HEADERS | session)
            return answer.status == connection.getresponse().status == 200
        except OSError:
            return False


def greets(address: str) -> bool:
    """Say whether the VNC server greets a viewer through the live view's WebSocket."""
    try:
        with socket.create_connection((address, 6080), 10) as viewer:
            viewer.sendall(UPGRADE)
            received = b""
            while part := viewer.recv(4096):
                received += part
                if b"RFB 003.008\n" in received:
                    return True
    except OSError:
        pass
    return False


def joined(instance: Instance) -> int:
    """Return how many ends of connections to Chromium's debugging port there are."""
    # proc_net_tcp(5): 01 is an established connection, 9222 is 2406.
    return int(instance.run("sh", "-c", "grep -c ':2406 01 ' /proc/net/tcp", check=False))
