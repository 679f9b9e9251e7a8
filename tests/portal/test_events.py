"""The stream that keeps an open page as things are."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from tests.portal.engine import container
from tests.portal.stage import CONFIG, Stage
from tests.waiting import until


class Stream:
    """Events as they come."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self._answer = answer
        self.headers = dict(answer.getheaders())

    def event(self) -> dict[str, str]:
        """The fields of the next event that is one; ends with the stream."""
        fields: dict[str, str] = {}
        while line := self._answer.readline():
            name, colon, value = line.decode().rstrip("\n").partition(":")
            if colon and name:
                fields[name] = value.strip()
            if not name and "data" in fields:
                return fields
        return {}

    def news(self) -> Any:
        """What the next event puts in."""
        return json.loads(self.event()["data"])


@contextmanager
def opened(portal: Stage, path: str = "/events") -> Iterator[Stream]:
    connection = portal.connection()
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200
        yield Stream(answer)
    finally:
        connection.close()


def test_a_stream_begins_with_all_and_goes_on_with_what_differs(portal: Stage) -> None:
    with opened(portal) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.headers["cache-control"] == "no-store"
        assert {"summary", "certificate", "denials", "state-demo"} <= set(stream.news())
        portal.engine.containers[0] = container(
            "mcpier-dev-mcp-demo", status="Up 2 minutes (unhealthy)", output="broken"
        )
        news = stream.news()
        assert set(news) == {"summary", "state-demo", "picture-demo"}
        assert "broken" in news["state-demo"]


def test_what_it_brings_is_what_the_page_would_show(portal: Stage) -> None:
    page = portal.get("/instances/demo").text
    with opened(portal, "/instances/demo/events") as stream:
        for id_, html in stream.news().items():
            assert f'id="{id_}"' in page
            assert html in page


def test_other_instances_than_before_are_told_and_end_it(portal: Stage) -> None:
    with opened(portal) as stream:
        stream.news()
        portal.write(CONFIG | {"instances": {}})
        assert stream.event()["event"] == "changed"
        assert stream.event() == {}


def test_an_instance_that_goes_ends_the_stream_of_its_page(portal: Stage) -> None:
    with opened(portal, "/instances/demo/events") as stream:
        stream.news()
        portal.write(CONFIG | {"instances": {}})
        assert stream.event()["event"] == "changed"


def test_the_engine_is_asked_while_somebody_watches_and_no_longer(portal: Stage) -> None:
    with opened(portal) as stream:
        stream.news()
        before = len(portal.engine.asked)
        until(lambda: len(portal.engine.asked) > before, 10, "nobody asks")
    # The next look may be on its way.
    settled: list[int] = []

    def quiet() -> bool:
        settled.append(len(portal.engine.asked))
        return len(settled) > 80 and len(set(settled[-80:])) == 1

    until(quiet, 20, "the engine is still asked")


def test_a_question_for_its_headers_alone_is_no_stream(portal: Stage) -> None:
    with closing(portal.connection()) as connection:
        for path in ("/events", "/instances/demo/events"):
            connection.request("HEAD", path)
            answer = connection.getresponse()
            assert answer.read() == b""
            assert answer.getheader("content-type", "").startswith("text/event-stream")
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200


@pytest.mark.parametrize("site", ["same-site", "cross-site"])
def test_pages_of_instances_open_no_stream(portal: Stage, site: str) -> None:
    assert portal.get("/events", **{"Sec-Fetch-Site": site}).status == 403


def test_text_from_a_container_cannot_become_markup(portal: Stage) -> None:
    portal.engine.containers[0] = container(
        "mcpier-dev-mcp-demo",
        status="Up 2 minutes (unhealthy)",
        output='{"failing": {"<img src=x>": "<script>alert(1)</script>"}}',
    )
    with opened(portal) as stream:
        html = ""
        while "alert" not in html:
            html = stream.news().get("state-demo", "")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script" not in html
    assert "<img" not in html
