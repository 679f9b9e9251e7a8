"""An instance whose parts are killed or hung heals by itself, and says so meanwhile."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from mcp import MCPError
from mcp.client import Client

from tests.image.playwright_client import call, connected, opens_a_page
from tests.image.playwright_harness import CLOSE_ALL_PAGES, PROGRAMS, Instance
from tests.image.playwright_pages import Pages
from tests.waiting import until

pytestmark = pytest.mark.docker

# Three times what is promised: 5 s for a dead part, 20 s for a hung one.
DEAD_SECONDS = 15
HUNG_SECONDS = 60


def works(instance: Instance, pages: Pages, since: float) -> bool:
    """Say whether a new client can open a page and the checker, which asks every part, agrees."""
    judged = float(instance.run("stat", "--format", "%.9Y", "/run/mcpier/health.json"))
    # It writes behind its questions, which may take a second.
    return (
        judged > since + 1
        and bool(instance.verdict()["healthy"])
        and asyncio.run(opens_a_page(instance, pages))
    )


def wait_healed(instance: Instance, pages: Pages, program: str, old: int, seconds: float) -> None:
    """Wait until a program has a new process and everything works, so long for both together."""
    renewed = f"{program} has no new process"
    spent = until(lambda: instance.pid(program) not in (0, old), seconds, renewed)
    began = time.time()
    until(lambda: works(instance, pages, began), seconds - spent, "no client can work")


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_killed_part_is_back_and_serves(instance: Instance, pages: Pages, program: str) -> None:
    old = instance.pid(program)
    instance.signal(old, "KILL")
    wait_healed(instance, pages, program, old, DEAD_SECONDS)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_hung_part_is_replaced_and_serves(instance: Instance, pages: Pages, program: str) -> None:
    old = instance.pid(program)
    instance.signal(old, "STOP")
    wait_healed(instance, pages, program, old, HUNG_SECONDS)


@pytest.mark.parametrize("signal", ["KILL", "STOP"])
def test_a_lost_renderer_costs_the_page_and_not_the_session(
    instance: Instance, pages: Pages, signal: str
) -> None:
    async def session() -> str:
        async with connected(instance) as client:
            await call(client, "browser_navigate", url=pages.url("before"))
            old = set(instance.renderers())
            for pid in old:
                instance.signal(pid, signal)
            until(
                lambda: not old & set(instance.renderers()),
                HUNG_SECONDS,
                "renderers live on",
            )
            # Calls may fail while Playwright hears of it.
            ends = time.monotonic() + HUNG_SECONDS
            asked = {"url": pages.url("after")}
            while (await client.call_tool("browser_navigate", asked)).is_error:
                assert time.monotonic() < ends, "the session opens no page any more"
                await asyncio.sleep(0.5)
            return await call(client, "browser_snapshot")

    assert "after" in asyncio.run(session())


@pytest.mark.parametrize("program", ["chromium", "display", "playwright-mcp"])
def test_a_session_outlives_a_killed_part_or_ends_so_that_its_client_begins_anew(
    instance: Instance, pages: Pages, program: str
) -> None:
    ends, old = 0.0, instance.pid(program)

    async def go_on(client: Client) -> str:
        # Calls may fail while Playwright hears of it; a lost session is an error of another kind.
        asked = {"url": pages.url("after")}
        while (await client.call_tool("browser_navigate", asked)).is_error:
            assert time.monotonic() < ends, "the session opens no page any more"
            await asyncio.sleep(0.5)
        return await call(client, "browser_snapshot")

    async def sessions() -> str:
        nonlocal ends
        with suppress(MCPError, ExceptionGroup):
            async with connected(instance) as client:
                await call(client, "browser_navigate", url=pages.url("before"))
                instance.signal(old, "KILL")
                ends = time.monotonic() + DEAD_SECONDS
                return await go_on(client)
        while time.monotonic() < ends:
            with suppress(MCPError, ExceptionGroup):
                async with connected(instance) as client:
                    return await go_on(client)
            await asyncio.sleep(0.5)
        return "no client can begin a new session"

    assert "after" in asyncio.run(sessions())
    wait_healed(instance, pages, program, old, DEAD_SECONDS)


def test_a_checker_that_is_started_again_repairs_what_it_finds(
    instance: Instance, pages: Pages
) -> None:
    instance.python(CLOSE_ALL_PAGES)
    old = instance.pid("checker")
    instance.signal(old, "KILL")
    wait_healed(instance, pages, "checker", old, DEAD_SECONDS)


def test_the_verdict_names_the_failing_part(instance: Instance) -> None:
    instance.signal(instance.pid("novnc"), "STOP")
    until(lambda: "novnc" in instance.verdict()["failing"], 15, "novnc is not named")
    instance.wait_verdict(healthy=True, seconds=HUNG_SECONDS)


@pytest.mark.soak
def test_a_part_that_cannot_live_ends_the_container_with_a_reason(
    start: Callable[..., Instance],
) -> None:
    instance = start()
    instance.wait_healthy()
    instance.python(TAKE_THE_PORT)
    assert instance.wait_exit(120) == 1
    assert "mcpier: giving up, the container ends (novnc:" in instance.logs()


TAKE_THE_PORT = """
import os, signal, socket
from playwright_instance.programs import kill_program
thief = socket.socket()
thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
while True:
    kill_program("novnc")
    try:
        thief.bind(("0.0.0.0", 6080))
        thief.listen()
        break
    except OSError:
        continue
if os.fork() == 0:
    os.setsid()
    null = os.open("/dev/null", os.O_RDWR)
    for stream in range(3):
        os.dup2(null, stream)
    signal.pause()
"""
