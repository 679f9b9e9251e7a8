"""The small picture of the page that the portal shows."""

import asyncio
import http.client
from collections.abc import Callable
from contextlib import closing

import pytest

from tests.image.playwright_client import call, connected, evaluate
from tests.image.playwright_harness import Instance
from tests.image.playwright_pages import Pages
from tests.image.playwright_viewing import RED
from tests.waiting import until

pytestmark = pytest.mark.docker

PATH = "/thumbnail.jpg"
# How long it is good for.
KEPT_SECONDS = 5
READ = """
() => {
  const picture = document.images[0];
  const canvas = document.createElement('canvas');
  const { naturalWidth: width, naturalHeight: height } = picture;
  Object.assign(canvas, { width, height });
  const pen = canvas.getContext('2d');
  pen.drawImage(picture, 0, 0);
  return { width, height, colour: [...pen.getImageData(width / 2, height - 5, 1, 1).data] };
}
"""
WATCH_SIZE = (
    "() => { window.sizes = []; addEventListener('resize', () => sizes.push(innerWidth)); }"
)


def get(instance: Instance, path: str = PATH) -> tuple[int, str, bytes]:
    """Status, content type and body."""
    with closing(http.client.HTTPConnection(instance.address, 6080, timeout=10)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read()


def test_it_shows_the_page_in_small_and_the_page_does_not_notice(
    instance: Instance, viewer: Instance, pages: Pages
) -> None:
    async def look() -> tuple[object, object]:
        async with connected(instance) as agent, connected(viewer) as person:
            await call(agent, "browser_navigate", url=pages.url("red"))
            await call(agent, "browser_evaluate", function=WATCH_SIZE)
            await call(person, "browser_navigate", url=f"http://{instance.address}:6080{PATH}")
            return await evaluate(person, READ), await evaluate(agent, "() => sizes")

    picture, sizes = asyncio.run(look())
    assert isinstance(picture, dict)
    assert picture["width"] == 480
    assert 200 < picture["height"] <= 480
    assert all(abs(a - b) < 8 for a, b in zip(picture["colour"], RED, strict=False))
    assert sizes == []


def test_it_is_taken_once_in_five_seconds_whoever_asks(instance: Instance, pages: Pages) -> None:
    async def open_page(name: str) -> None:
        async with connected(instance) as agent:
            await call(agent, "browser_navigate", url=pages.url(name))

    asyncio.run(open_page("first"))
    status, kind, before = get(instance)
    assert (status, kind) == (200, "image/jpeg")
    asyncio.run(open_page("quite-another-page"))
    assert get(instance, f"{PATH}?1")[2] == before
    until(lambda: get(instance)[2] != before, 2 * KEPT_SECONDS, "it is never taken again")


def test_where_chromium_does_not_answer_that_is_said_and_the_view_goes_on(
    start: Callable[..., Instance],
) -> None:
    instance = start()
    instance.wait_healthy()
    instance.signal(instance.pid("chromium"), "STOP")
    assert get(instance)[0] == 503
    assert get(instance, "/vnc.html")[0] == 200
