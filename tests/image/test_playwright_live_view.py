"""The live view, watched by a second instance's browser: what one shows, the other sees."""

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from mcp.client import Client
from mcp.types import ImageContent

from tests.image.playwright_client import call, connected
from tests.image.playwright_harness import PASSWORD, Instance
from tests.image.playwright_pages import Pages

pytestmark = pytest.mark.docker

RED = [204, 0, 0]

LOST = "Connection lost, reconnecting"

# Keeps every status that the page shows, however shortly.
RECORD = """
() => {
  const status = document.getElementById('status');
  window.seen = [];
  const record = new MutationObserver(() => window.seen.push(status.textContent));
  record.observe(status, { childList: true });
}
"""

STATE = """
() => {
  const canvas = document.querySelector('#screen canvas');
  const status = document.getElementById('status').textContent;
  const seen = window.seen ?? [];
  if (!canvas || !canvas.width) return { status, seen };
  const at = canvas.getContext('2d').getImageData(canvas.width / 2, canvas.height * 0.8, 1, 1);
  const box = canvas.getBoundingClientRect();
  const inside = box.right <= innerWidth + 1 && box.bottom <= innerHeight + 1;
  return {
    status,
    seen,
    colour: [...at.data.slice(0, 3)],
    fits: inside && box.width > innerWidth / 2,
  };
}
"""


def view_url(instance: Instance, password: str) -> str:
    """Return the address to which the edge sends a signed-in person."""
    options = f"autoconnect=1&resize=scale&reconnect=1&password={password}"
    return f"http://{instance.address}:6080/vnc.html#{options}"


async def state(client: Client) -> dict[str, Any]:
    """Return what the live view's page shows."""
    text = await call(client, "browser_evaluate", function=STATE)
    answer = text.split("### Result\n", 1)[1].split("\n###", 1)[0]
    return dict(json.loads(answer))


async def wait_state(client: Client, right: Callable[[dict[str, Any]], bool]) -> None:
    """Wait until the live view's page shows what is expected."""
    last: dict[str, Any] = {}
    for _ in range(100):
        last = await state(client)
        if right(last):
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"the live view stayed at {last}")


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
            await call(person, "browser_navigate", url="about:blank")
            await call(person, "browser_navigate", url=view_url(instance, PASSWORD))
            await wait_state(person, lambda now: now["status"] == "Connected")
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

    asyncio.run(watch())
    instance.wait_verdict(healthy=True, seconds=15)
