"""The live view as a person sees it: opened by the browser of another instance."""

import asyncio
from collections.abc import Callable
from typing import Any

from mcp.client import Client

from tests.image.playwright_client import call, evaluate
from tests.image.playwright_harness import Instance

RED = [204, 0, 0]

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
    return dict(await evaluate(client, STATE))


async def wait_state(client: Client, right: Callable[[dict[str, Any]], bool]) -> None:
    """Wait until the live view's page shows what is expected."""
    last: dict[str, Any] = {}
    for _ in range(100):
        last = await state(client)
        if right(last):
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"the live view stayed at {last}")


async def open_view(person: Client, instance: Instance, password: str) -> None:
    """Open the live view in the person's browser, in a page of its own, and wait for it."""
    await call(person, "browser_navigate", url="about:blank")
    await call(person, "browser_navigate", url=view_url(instance, password))
    await wait_state(person, lambda now: now["status"] == "Connected")
