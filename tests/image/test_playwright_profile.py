"""A browser profile that is kept outlives its container, however that one ended."""

import asyncio
from collections.abc import Callable

import pytest

from tests.image.playwright_client import call, connected
from tests.image.playwright_harness import TYPE, Instance
from tests.image.playwright_image import docker
from tests.image.playwright_pages import Pages

pytestmark = pytest.mark.docker

Start = Callable[..., Instance]
KEPT = {"MCPIER_PROFILE": "persistent"}
PROFILE: str = TYPE["volumes"]["profile"]["path"]

REMEMBER = """
() => {
  document.cookie = 'visit=first; max-age=86400';
  localStorage.setItem('visit', 'first');
}
"""
RECALL = "() => `cookie ${document.cookie} storage ${localStorage.getItem('visit')}`"


def evaluate(instance: Instance, url: str, function: str) -> str:
    """Open a page in an instance and return what a function finds there."""

    async def session() -> str:
        async with connected(instance) as client:
            await call(client, "browser_navigate", url=url)
            return await call(client, "browser_evaluate", function=function)

    return asyncio.run(session())


def windows(instance: Instance) -> int:
    """Return how many windows Chromium has on the display, bubbles included."""
    listing = instance.run("xwininfo", "-root", "-tree")
    return sum('"Chromium")' in line for line in listing.splitlines())


def test_what_a_page_stored_just_before_a_stop_is_there_in_the_next_container(
    volume: str, start: Start, pages: Pages
) -> None:
    first = start(environment=KEPT, volumes={volume: PROFILE})
    first.wait_healthy()
    evaluate(first, pages.url("kept"), REMEMBER)
    assert first.stop() == 0
    second = start(environment=KEPT, volumes={volume: PROFILE})
    second.wait_healthy()
    assert "cookie visit=first storage first" in evaluate(second, pages.url("kept"), RECALL)


def test_a_killed_containers_lock_and_crash_do_not_disturb_the_next_start(
    volume: str, start: Start, pages: Pages
) -> None:
    first = start(environment=KEPT, volumes={volume: PROFILE})
    first.wait_healthy()
    before = windows(first)
    evaluate(first, pages.url("lost"), REMEMBER)
    assert "SingletonLock" in first.run("ls", PROFILE)
    docker("kill", first.name)
    second = start(environment=KEPT, volumes={volume: PROFILE})
    second.wait_healthy()
    assert "exited" not in second.logs()
    assert windows(second) == before
    assert "kept" in evaluate(second, pages.url("kept"), "() => document.title")


def test_an_ephemeral_profile_goes_with_its_container(start: Start, pages: Pages) -> None:
    instance = start()
    instance.wait_healthy()
    evaluate(instance, pages.url("brief"), REMEMBER)
    docker("restart", instance.name)
    instance.wait_healthy()
    assert "storage null" in evaluate(instance, pages.url("brief"), RECALL)


def test_a_volume_that_cannot_be_written_ends_it_at_once_with_one_line(
    volume: str, start: Start
) -> None:
    instance = start(environment=KEPT, volumes={volume: f"{PROFILE}:ro"})
    assert instance.wait_exit() != 0
    assert len(instance.logs().splitlines()) == 1
    assert f"{PROFILE} is not writable for user 1000" in instance.logs()


def test_a_profile_to_keep_without_a_volume_ends_it_at_once_with_one_line(start: Start) -> None:
    instance = start(environment=KEPT)
    assert instance.wait_exit() != 0
    assert len(instance.logs().splitlines()) == 1
    assert f"{PROFILE} is no volume" in instance.logs()
