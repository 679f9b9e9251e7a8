"""The clipboard between a person's machine and the instance: for control both ways, never else."""

import asyncio

import pytest
from mcp.client import Client

from tests.image.playwright_client import call, connected
from tests.image.playwright_harness import PASSWORD, WATCH_PASSWORD, Instance
from tests.image.playwright_pages import Pages
from tests.image.playwright_viewing import RED, open_view, wait_state

pytestmark = pytest.mark.docker

# What a person writes into the panel goes to the instance, and what comes from there stands in it.
WRITE = """
() => {
  const field = document.getElementById('clipboard-text');
  field.value = '%TEXT%';
  field.dispatchEvent(new Event('input'));
}
"""
READ = "() => document.getElementById('clipboard-text').value"
FIELD = """
() => {
  document.body.innerHTML = '<input value="%TEXT%">';
  document.querySelector('input').focus();
  document.querySelector('input').select();
}
"""
PASTED = "() => document.querySelector('input').value"


async def pasted(agent: Client) -> str:
    """Paste into a field of the agent's page; return what it then holds."""
    await call(agent, "browser_evaluate", function=FIELD.replace("%TEXT%", "untouched"))
    await call(agent, "browser_press_key", key="Control+v")
    return await call(agent, "browser_evaluate", function=PASTED)


async def wait_for(client: Client, read: str, text: str) -> None:
    """Wait until a page's function returns a text."""
    last = ""
    for _ in range(50):
        last = await call(client, "browser_evaluate", function=read)
        if f'"{text}"' in last:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(last)


async def wait_pasted(agent: Client, text: str) -> None:
    """Paste until a text comes: the viewer's way to the instance takes its time."""
    last = ""
    for _ in range(50):
        last = await pasted(agent)
        if f'"{text}"' in last:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(last)


def test_a_person_in_control_pastes_into_the_instance_and_a_watcher_cannot(
    instance: Instance, viewer: Instance, pages: Pages
) -> None:
    async def session() -> str:
        async with connected(instance) as agent, connected(viewer) as person:
            await call(agent, "browser_navigate", url=pages.url("paste"))
            await open_view(person, instance, PASSWORD)
            await call(person, "browser_evaluate", function=WRITE.replace("%TEXT%", "control"))
            await wait_pasted(agent, "control")
            await open_view(person, instance, WATCH_PASSWORD)
            await call(person, "browser_evaluate", function=WRITE.replace("%TEXT%", "watcher"))
            # What a person in control does next arrives, so that the watcher's had its time.
            await open_view(person, instance, PASSWORD)
            before = await pasted(agent)
            await call(person, "browser_evaluate", function=WRITE.replace("%TEXT%", "again"))
            await wait_pasted(agent, "again")
            return before

    # What the first person wrote may have gone with their connection.
    assert "watcher" not in asyncio.run(session())


def test_what_is_copied_in_the_instance_reaches_control_and_no_watcher(
    instance: Instance, viewer: Instance, pages: Pages
) -> None:
    async def copy(agent: Client, text: str) -> None:
        await call(agent, "browser_evaluate", function=FIELD.replace("%TEXT%", text))
        await call(agent, "browser_press_key", key="Control+c")

    async def session() -> str:
        async with connected(instance) as agent, connected(viewer) as person:
            await call(agent, "browser_navigate", url=pages.url("copy"))
            await open_view(person, instance, PASSWORD)
            await copy(agent, "for-control")
            await wait_for(person, READ, "for-control")
            await open_view(person, instance, WATCH_PASSWORD)
            await copy(agent, "for-nobody")
            await call(agent, "browser_navigate", url=pages.url("red"))
            await wait_state(person, lambda now: now.get("colour") == RED)
            return await call(person, "browser_evaluate", function=READ)

    assert "for-nobody" not in asyncio.run(session())
