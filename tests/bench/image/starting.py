"""How soon a new container serves: MCP and the live view, Docker's health, the first page."""

import asyncio
import time

from tests.bench.figures import figure, p95
from tests.bench.image.setting import BENCH, Setting, seconds_until
from tests.image.playwright_client import call, connected, greets, initializes
from tests.image.playwright_harness import Instance

FIRST_PAGE = "first browser_navigate"


def measure(setting: Setting) -> None:
    """Cold starts, one after another: twice as many as rounds, so that one is not their p95.

    The first of all may have to read the image from the disk: it is told by itself.
    """
    first, *rounds = [_cold_start(setting) for _ in range(1 + 2 * setting.rounds)]
    for name in first:
        figure(BENCH, f"{name}, before the image was read", [first[name]], "s")
        values = [seconds[name] for seconds in rounds]
        figure(BENCH, f"{name}, p50", values, "s")
        figure(BENCH, f"{name}, p95", values, "s", of=p95)


def _cold_start(setting: Setting) -> dict[str, float]:
    instance = setting.instance()
    began = time.monotonic()
    with instance:
        address = instance.address
        seconds_until(lambda: initializes(address), began)
        ready = seconds_until(lambda: greets(address), began)
        first = asyncio.run(_first_navigate(instance, setting.pages.url("first")))
        instance.wait_healthy()
        healthy = time.monotonic() - began
        if restarts := instance.restarts():
            raise RuntimeError(f"programs restarted during a start: {restarts}")
    return {
        "docker run to MCP and view": ready,
        "docker run to healthy": healthy,
        FIRST_PAGE: first,
    }


async def _first_navigate(instance: Instance, url: str) -> float:
    async with connected(instance) as client:
        began = time.monotonic()
        await call(client, "browser_navigate", url=url)
        return time.monotonic() - began
