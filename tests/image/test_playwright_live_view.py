"""The live view, watched by a second instance's browser: what one shows, the other sees."""

import asyncio
import base64

import pytest
from mcp.types import ImageContent

from tests.image.playwright_client import call, connected
from tests.image.playwright_harness import PASSWORD, Instance
from tests.image.playwright_pages import Pages
from tests.image.playwright_viewing import RECORD, RED, open_view, state, view_url, wait_state

pytestmark = pytest.mark.docker

LOST = "Connection lost, reconnecting"


def test_it_connects_fits_the_window_and_shows_the_page(
    instance: Instance, viewer: Instance, pages: Pages
) -> None:
    async def watch() -> bytes:
        async with connected(instance) as agent, connected(viewer) as person:
            await call(agent, "browser_navigate", url=pages.url("red"))
            await call(person, "browser_navigate", url=view_url(instance, PASSWORD))
            await wait_state(person, lambda now: now.get("colour") == RED)
            assert (await state(person))["fits"] is True
            shot = await person.call_tool("browser_take_screenshot", {})
        (picture,) = [part for part in shot.content if isinstance(part, ImageContent)]
        return base64.b64decode(picture.data)

    assert asyncio.run(watch()).startswith(b"\x89PNG")


def test_it_reconnects_by_itself_after_the_display_was_lost(
    instance: Instance, viewer: Instance
) -> None:
    async def watch() -> None:
        async with connected(viewer) as person:
            await open_view(person, instance, PASSWORD)
            await call(person, "browser_evaluate", function=RECORD)
            instance.signal(instance.pid("display"), "KILL")
            await wait_state(person, lambda now: LOST in now["seen"])
            await wait_state(person, lambda now: now["status"] == "Connected")

    asyncio.run(watch())


def test_a_wrong_password_is_refused_and_not_tried_again(
    instance: Instance, viewer: Instance
) -> None:
    async def watch() -> None:
        async with connected(viewer) as person:
            await call(person, "browser_navigate", url="about:blank")
            await call(person, "browser_navigate", url=view_url(instance, "wrong"))
            await wait_state(person, lambda now: str(now["status"]).startswith("Refused"))
            await call(person, "browser_evaluate", function=RECORD)
            # Longer than it waits before it connects again.
            await asyncio.sleep(4)
            assert (await state(person))["seen"] == []

    asyncio.run(watch())
    instance.wait_verdict(healthy=True, seconds=15)
