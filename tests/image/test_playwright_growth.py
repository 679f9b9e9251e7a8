"""What grows is held: a page that takes all memory, and a browser that has run for long."""

import asyncio
import time
from collections.abc import Callable

import pytest
from mcp.client import Client

from tests.image.playwright_client import call, connected, joined
from tests.image.playwright_harness import Instance
from tests.image.playwright_pages import Pages
from tests.waiting import until

pytestmark = pytest.mark.docker

HOG = """
async () => {
  window.kept = [];
  for (let i = 0; i < 4000; i++) {
    kept.push(new Uint8Array(1 << 20).fill(1));
    if (i % 16 === 0) await new Promise((done) => setTimeout(done));
  }
}
"""
# The rule is written for hours: here an age of nothing is old.
RECYCLE = """
import json
from playwright_instance import recycle
recycle.OLD_SECONDS, recycle.IDLE_SECONDS, recycle.LOOK_SECONDS = 0.0, {idle}, 0.0
recycler = recycle.Recycler(0.0)
print(json.dumps([recycler.look(1000.0), recycler.count]))
"""
USAGE = """
from playwright_instance import programs, usage
found = usage.read_usage(programs.find_program("chromium"))
print(int(found.age), found.memory)
"""


def devtools_answer(instance: Instance) -> bool:
    """Whether Chromium can be joined."""
    ask = "from playwright_instance.probes import chromium; print(chromium() is None)"
    return instance.python(ask) == "True"


def test_a_client_that_leaves_without_a_word_keeps_no_connection_to_chromium(
    start: Callable[..., Instance], pages: Pages
) -> None:
    instance = start(environment={"PLAYWRIGHT_MCP_IDLE_TIMEOUT": "3000"})
    instance.wait_healthy()

    async def session() -> None:
        async with connected(instance) as client:
            await call(client, "browser_navigate", url=pages.url("waits"))
            assert joined(instance) > 0
            await asyncio.to_thread(until, lambda: joined(instance) == 0, 30, "it stays joined")
            assert "waits" in await call(client, "browser_snapshot")

    asyncio.run(session())


def test_memory_over_the_limit_costs_the_page_and_is_counted(
    start: Callable[..., Instance], pages: Pages
) -> None:
    instance = start()
    instance.wait_healthy()
    browser, began = instance.pid("chromium"), instance.inspect()["State"]["StartedAt"]

    async def session() -> str:
        async with connected(instance) as client:
            await call(client, "browser_navigate", url=pages.url("hog"))
            result = await client.call_tool("browser_evaluate", {"function": HOG})
            assert result.is_error
            await call(client, "browser_navigate", url=pages.url("after"))
            return await call(client, "browser_snapshot")

    assert "after" in asyncio.run(session())
    assert instance.pid("chromium") == browser
    assert instance.inspect()["State"]["StartedAt"] == began
    until(lambda: instance.verdict()["oomKills"] >= 1, 10, "the kill is not counted")
    instance.wait_verdict(healthy=True, seconds=15)


def test_renderers_are_what_the_kernel_kills_first(instance: Instance) -> None:
    def score(pid: int) -> int:
        return int(instance.run("cat", f"/proc/{pid}/oom_score_adj"))

    renderers = [score(pid) for pid in instance.renderers()]
    programs = ("chromium", "display", "playwright-mcp", "files", "novnc", "checker")
    assert min(renderers) >= 200
    assert max(score(instance.pid(program)) for program in programs) == 0


def test_a_browser_that_is_started_anew_keeps_its_profile_and_the_session(
    instance: Instance, pages: Pages
) -> None:
    browser = instance.pid("chromium")

    async def recall(client: Client) -> str:
        await call(client, "browser_navigate", url=pages.url("kept"))
        return await call(client, "browser_evaluate", function="() => document.cookie")

    async def session() -> str:
        async with connected(instance) as client:
            await call(client, "browser_navigate", url=pages.url("kept"))
            await call(
                client,
                "browser_evaluate",
                function="() => { document.cookie = 'visit=before; max-age=86400'; }",
            )
            told = await asyncio.to_thread(instance.python, RECYCLE.format(idle=0.0))
            assert told == '["0 h old, and nobody has used it for 0 min", 1]'
            await asyncio.to_thread(
                until,
                lambda: instance.pid("chromium") not in (0, browser),
                10,
                "no other browser",
            )
            # The verdict may still be that of before.
            await asyncio.to_thread(until, lambda: devtools_answer(instance), 10, "no DevTools")
            return await recall(client)

    assert "visit=before" in asyncio.run(session())


def test_a_browser_in_use_is_not_started_anew(instance: Instance, pages: Pages) -> None:
    async def session() -> str:
        async with connected(instance) as client:
            await call(client, "browser_navigate", url=pages.url("used"))
            return await asyncio.to_thread(instance.python, RECYCLE.format(idle=1.0))

    assert asyncio.run(session()) == "[null, 0]"


def test_the_browsers_age_and_size_are_read_from_the_kernel(instance: Instance) -> None:
    age, memory = map(int, instance.python(USAGE).split())
    assert 0 <= age < 3600
    assert 50 < memory < 600


def test_calls_stay_quick_among_thousands_of_files(start: Callable[..., Instance]) -> None:
    instance = start()
    instance.wait_healthy()

    async def session() -> tuple[float, float]:
        async with connected(instance) as client:
            alone = await quickest_snapshot(client)
            instance.python("for n in range(20_000): open(f'/home/mcpier/files/{n}', 'w').close()")
            return alone, await quickest_snapshot(client)

    alone, among_files = asyncio.run(session())
    assert among_files < 5 * alone


async def quickest_snapshot(client: Client) -> float:
    """Return the seconds of the quickest of some calls, whatever else the machine does."""
    seconds = []
    for _ in range(10):
        began = time.monotonic()
        await call(client, "browser_snapshot")
        seconds.append(time.monotonic() - began)
    return min(seconds)
