"""What holds after much repetition and long waits. Those that only wait do so beside the others."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.image.playwright_client import call, connected, initializes
from tests.image.playwright_counters import settled_working_set, working_set
from tests.image.playwright_harness import PASSWORD, PROGRAMS, Instance
from tests.image.playwright_pages import Pages
from tests.image.playwright_viewing import RECORD, RED, open_view, state, wait_state
from tests.waiting import until

pytestmark = [pytest.mark.docker, pytest.mark.soak]

COLD_STARTS = 100
# How long a start may take while other tests wait beside it; `make bench-image` times it.
LOADED_SECONDS = 60
PROBES = 10_000
NAVIGATIONS = 200
WEIGHTS = 25
GROWTH = 1.15
# Within which the programs have collected their garbage.
BACK_SECONDS = 180
PAUSE_SECONDS = 600
VIEW_SECONDS = 1800

Start = Callable[..., Instance]
Wait = Callable[[float], None]


@pytest.fixture(scope="module", autouse=True)
def waiting(
    image: str, pages: Pages, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[None]]]:
    """Begin what only waits, each in a thread and with instances of its own."""
    over = threading.Event()

    def wait(seconds: float) -> None:
        assert not over.wait(seconds), "the tests end before the wait does"

    def instance() -> Instance:
        return Instance(image, tmp_path_factory.mktemp("waiting"))

    with ThreadPoolExecutor() as threads:
        try:
            yield {
                "pause": threads.submit(pause_in_a_session, instance(), pages, wait),
                "view": threads.submit(idle_view, instance(), instance(), pages, wait),
            }
        finally:
            over.set()


def pause_in_a_session(instance: Instance, pages: Pages, wait: Wait) -> None:
    """Call, wait, and call again in the same session."""

    async def session() -> None:
        async with connected(instance) as client:
            await call(client, "browser_navigate", url=pages.url("before"))
            await asyncio.to_thread(wait, PAUSE_SECONDS)
            assert "before" in await call(client, "browser_snapshot")
            await call(client, "browser_navigate", url=pages.url("after"))
            assert "after" in await call(client, "browser_snapshot")

    with instance:
        instance.wait_healthy(LOADED_SECONDS)
        asyncio.run(session())
        assert instance.restarts() == []


def idle_view(instance: Instance, viewer: Instance, pages: Pages, wait: Wait) -> None:
    """Open a live view on a page that stands still, wait, and change the page."""

    async def watch() -> None:
        async with connected(viewer) as person:
            await open_view(person, instance, PASSWORD)
            await call(person, "browser_evaluate", function=RECORD)
            await asyncio.to_thread(wait, VIEW_SECONDS)
            assert (await state(person))["seen"] == []
            async with connected(instance) as agent:
                await call(agent, "browser_navigate", url=pages.url("red"))
            await wait_state(person, lambda now: now.get("colour") == RED)
            assert (await state(person))["seen"] == []

    with instance, viewer:
        instance.wait_healthy(LOADED_SECONDS)
        viewer.wait_healthy(60)
        asyncio.run(watch())
        assert instance.restarts() == []


def test_a_hundred_cold_starts_need_no_restart_of_a_program(image: str, tmp_path: Path) -> None:
    for _ in range(COLD_STARTS):
        with Instance(image, tmp_path) as instance:
            instance.wait_healthy(LOADED_SECONDS)
            assert initializes(instance.address)
            assert instance.restarts() == []


def test_ten_thousand_probes_leave_nothing_behind(start: Start) -> None:
    instance = start()
    instance.wait_healthy()
    # What the programs take once, at the first requests, is no growth.
    instance.python(PROBE.format(count=PROBES // 10))
    memory = settled_working_set(instance)
    files = json.loads(instance.python(OPEN_FILES))
    instance.python(PROBE.format(count=PROBES))
    assert settled_working_set(instance) < memory * GROWTH
    after = json.loads(instance.python(OPEN_FILES))
    # Chromium opens and closes a few by itself.
    assert all(after[program] - files[program] < 10 for program in PROGRAMS), (files, after)
    assert instance.restarts() == []


def test_two_hundred_navigations_give_their_memory_back(start: Start, pages: Pages) -> None:
    instance = start()
    instance.wait_healthy()
    before = settled_working_set(instance)

    async def browse() -> None:
        async with connected(instance) as client:
            for number in range(NAVIGATIONS):
                await call(client, "browser_navigate", url=pages.weighty_url(number % WEIGHTS + 1))
            await call(client, "browser_navigate", url="about:blank")

    asyncio.run(browse())
    # What the calls saved lies in a tmpfs, and counts as memory until it makes room.
    instance.run("sh", "-c", "rm -r /home/mcpier/files/*")
    until(lambda: working_set(instance) < before * GROWTH, BACK_SECONDS, "memory is not back")
    assert instance.verdict()["oomKills"] == 0


def test_a_session_goes_on_after_a_pause_of_ten_minutes(waiting: dict[str, Future[None]]) -> None:
    waiting["pause"].result()


def test_an_idle_live_view_stays_connected_for_half_an_hour(
    waiting: dict[str, Future[None]],
) -> None:
    waiting["view"].result()


# Every cheap question of the checker; a session is opened and closed now and then, as it does.
PROBE = """
from playwright_instance import probes
for number in range({count}):
    wrong = [answer for probe in probes.PROBES.values() if (answer := probe())]
    if number % 60 == 0 and (answer := probes.mcp_session()):
        wrong.append(answer)
    assert not wrong, wrong
"""
OPEN_FILES = f"""
import json, os
from playwright_instance.programs import find_program
pids = {{name: find_program(name) for name in {PROGRAMS}}}
print(json.dumps({{name: len(os.listdir(f"/proc/{{pid}}/fd")) for name, pid in pids.items()}}))
"""
