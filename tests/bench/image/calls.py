"""Tool calls, against a bare Playwright MCP on the same browser."""

import asyncio
import time
from contextlib import AsyncExitStack

from mcp.client import Client

from tests.bench.figures import figure
from tests.bench.image.setting import BENCH, Setting, seconds_until
from tests.image.playwright_client import call, connected, initializes
from tests.image.playwright_harness import HOST, Instance

BARE_PORT = 8090
# What a user of Playwright MCP would type to join the browser that runs.
BARE = (
    f"node /opt/mcpier/node_modules/@playwright/mcp/cli.js --host 0.0.0.0 --port {BARE_PORT}"
    f" --allowed-hosts {HOST} --cdp-endpoint http://127.0.0.1:9222 --output-dir /tmp/bare"
)
# Each round makes every call this often: one call is too short to compare.
REPEATS = 5

Milliseconds = dict[str, list[float]]


def measure(setting: Setting) -> None:
    """One instance, both servers in it asked in turn."""
    with setting.instance() as instance:
        instance.wait_healthy()
        instance.start(*BARE.split())
        seconds_until(lambda: initializes(instance.address, BARE_PORT), time.monotonic())
        ours, bare = asyncio.run(_rounds(instance, setting))
    for tool in ours:
        figure(BENCH, tool, ours[tool], "ms", bare[tool])
    total, rival = (list(map(sum, zip(*of.values(), strict=True))) for of in (ours, bare))
    figure(BENCH, "all these tool calls", total, "ms", rival)


async def _rounds(instance: Instance, setting: Setting) -> tuple[Milliseconds, Milliseconds]:
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(connected(instance))
        bare = await stack.enter_async_context(connected(instance, port=BARE_PORT))
        found: tuple[Milliseconds, Milliseconds] = ({}, {})
        pairs = list(zip((ours, bare), found, strict=True))
        for client in (ours, bare):
            # What each does only once is not compared.
            await _round(client, {}, setting.pages.url("warm"))
        for _ in range(setting.rounds):
            pairs.reverse()
            for client, milliseconds in pairs:
                await _round(client, milliseconds, setting.pages.url("call"))
    return found


async def _round(client: Client, found: Milliseconds, url: str) -> None:
    """Makes every call; adds what one took on average."""
    calls: dict[str, dict[str, object]] = {
        "browser_navigate": {"url": url},
        "browser_snapshot": {},
        "browser_evaluate": {"function": "() => document.title"},
        "browser_take_screenshot": {},
    }
    for tool, arguments in calls.items():
        began = time.monotonic()
        for _ in range(REPEATS):
            await call(client, tool, **arguments)
        found.setdefault(tool, []).append(1000 * (time.monotonic() - began) / REPEATS)
