"""What ten pages leave in memory."""

import asyncio

from tests.bench.figures import figure, p95
from tests.bench.image.setting import BENCH, Setting
from tests.image.playwright_client import call, connected
from tests.image.playwright_counters import settled_working_set
from tests.image.playwright_harness import Instance
from tests.image.playwright_pages import Pages

PAGES = 10
WHAT = f"working set after {PAGES} pages and back to blank"


def measure(setting: Setting) -> None:
    """A new instance for each round: with a blank tab, and blank again after the pages."""
    before: list[float] = []
    after: list[float] = []
    for _ in range(setting.rounds):
        with setting.instance() as instance:
            instance.wait_healthy()
            before.append(settled_working_set(instance))
            asyncio.run(_browse(instance, setting.pages))
            after.append(settled_working_set(instance))
    figure(BENCH, f"{WHAT}, p50", after, "MiB", before)
    figure(BENCH, f"{WHAT}, p95", after, "MiB", before, of=p95)


async def _browse(instance: Instance, pages: Pages) -> None:
    async with connected(instance) as client:
        for weight in range(1, PAGES + 1):
            await call(client, "browser_navigate", url=pages.weighty_url(weight))
        await call(client, "browser_navigate", url="about:blank")
