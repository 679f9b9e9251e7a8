"""Watching without acting: the VNC server's own doing, whatever a watcher's client sends."""

import asyncio

import pytest
from mcp.client import Client

from tests.image.playwright_client import call, connected
from tests.image.playwright_harness import PASSWORD, WATCH_PASSWORD, Instance
from tests.image.playwright_pages import Pages
from tests.image.playwright_viewing import RED, open_view, wait_state

pytestmark = pytest.mark.docker

WHITE = [255, 255, 255]

LISTEN = """
() => {
  window.felt = [];
  for (const kind of ['keydown', 'mousedown', 'mousemove']) {
    addEventListener(kind, (event) => window.felt.push(event.key ?? kind));
  }
}
"""
FELT = "() => [...new Set(window.felt)].sort().join()"


async def act(person: Client, key: str) -> None:
    """Move, click and type over the remote screen, as a person with a mouse does."""
    await call(person, "browser_mouse_move_xy", x=500, y=500)
    await call(person, "browser_mouse_click_xy", x=520, y=520)
    await call(person, "browser_press_key", key=key)


async def wait_felt(agent: Client, key: str) -> str:
    """Wait until the watched page has felt a key; return all that it has felt."""
    for _ in range(100):
        felt = await call(agent, "browser_evaluate", function=FELT)
        if f"{key},mouse" in felt:
            return felt
        await asyncio.sleep(0.2)
    raise AssertionError(f"the page felt only {felt}")


def test_a_watchers_picture_is_live(instance: Instance, viewer: Instance, pages: Pages) -> None:
    async def watch() -> None:
        async with connected(instance) as agent, connected(viewer) as person:
            await call(agent, "browser_navigate", url="about:blank")
            await open_view(person, instance, WATCH_PASSWORD)
            await wait_state(person, lambda now: now.get("colour") == WHITE)
            await call(agent, "browser_navigate", url=pages.url("red"))
            await wait_state(person, lambda now: now.get("colour") == RED)

    asyncio.run(watch())


def test_a_watchers_input_changes_nothing(
    instance: Instance, viewer: Instance, pages: Pages
) -> None:
    async def watch() -> str:
        async with connected(instance) as agent, connected(viewer) as person:
            await call(agent, "browser_navigate", url=pages.url("red"))
            await call(agent, "browser_evaluate", function=LISTEN)
            await open_view(person, instance, WATCH_PASSWORD)
            await act(person, "w")
            # What a person with the other password does next is felt, so the page can feel.
            before = await call(agent, "browser_evaluate", function=FELT)
            assert '""' in before, before
            await open_view(person, instance, PASSWORD)
            await act(person, "c")
            return await wait_felt(agent, "c")

    assert '"c,mousedown,mousemove"' in asyncio.run(watch())
