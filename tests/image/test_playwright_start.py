"""How an instance starts, stops, and refuses to start."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.image.playwright_client import call, connected
from tests.image.playwright_harness import Instance

pytestmark = pytest.mark.docker

Start = Callable[..., Instance]


def test_it_is_healthy_soon_and_no_program_restarts_on_the_way(image: str, tmp_path: Path) -> None:
    for _ in range(10):
        with Instance(image, tmp_path) as instance:
            assert instance.wait_healthy() < 18
            assert instance.restarts() == []


GIVE_UP = """
from types import SimpleNamespace
from playwright_instance.supervise import end_unwatched
end_unwatched(SimpleNamespace(process=SimpleNamespace(config=SimpleNamespace(name="%s"))))
"""


def test_it_ends_where_its_checker_cannot_be_started_any_more(start: Start) -> None:
    instance = start()
    instance.wait_healthy()
    instance.python(GIVE_UP % "novnc")
    assert instance.inspect()["State"]["Running"]
    instance.python(GIVE_UP % "checker")
    assert instance.wait_exit(25) == 1


def test_it_stops_in_time_with_exit_code_0(start: Start) -> None:
    instance = start()
    instance.wait_healthy()
    instance.run("sh", "-c", "kill -TERM 1")
    assert instance.wait_exit(25) == 0


def test_a_bad_screen_ends_it_at_once_with_one_line(start: Start) -> None:
    instance = start(environment={"MCPIER_SCREEN": "wide"})
    assert instance.wait_exit() != 0
    assert len(instance.logs().splitlines()) == 1
    assert "MCPIER_SCREEN is 'wide'; expected WIDTHxHEIGHTxDEPTH" in instance.logs()


@pytest.mark.parametrize("name", ["password", "watch_password"])
def test_a_missing_vnc_password_ends_it_at_once_with_the_files_name(
    start: Start, name: str
) -> None:
    instance = start(**{name: None})
    assert instance.wait_exit() != 0
    file = f"vnc-{name.replace('_', '-')}"
    assert f"/run/secrets/mcpier/{file} is missing" in instance.logs()


def test_without_its_seccomp_profile_it_ends_at_once_and_names_the_profile(start: Start) -> None:
    instance = start(seccomp=None)
    assert instance.wait_exit() != 0
    assert "image/playwright/seccomp.json" in instance.logs()


def test_all_problems_are_told_at_once(start: Start) -> None:
    instance = start(
        environment={"MCPIER_SCREEN": "1x1x1", "TZ": "Nowhere/At_All"}, password=None, seccomp=None
    )
    assert instance.wait_exit() != 0
    assert len(instance.logs().splitlines()) == 4


def test_screen_language_and_time_zone_reach_the_page(start: Start) -> None:
    instance = start(
        environment={"MCPIER_SCREEN": "1280x720x24", "LANG": "de_DE.UTF-8", "TZ": "Asia/Tokyo"}
    )
    instance.wait_healthy()

    async def ask() -> str:
        async with connected(instance) as client:
            return await call(client, "browser_evaluate", function=WHAT_A_PAGE_SEES)

    assert "1280x720 de-DE,de Asia/Tokyo" in asyncio.run(ask())


WHAT_A_PAGE_SEES = (
    "() => `${screen.width}x${screen.height} ${navigator.languages} "
    "${Intl.DateTimeFormat().resolvedOptions().timeZone}`"
)
