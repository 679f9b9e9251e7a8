"""A stream on which nothing happens for long is still there when something does."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.edge.session import Event, Session, events

pytestmark = pytest.mark.soak

IDLE_SECONDS = 200


def test_a_stream_that_was_idle_for_200_seconds_brings_the_next_notification(
    session: Session,
) -> None:
    def heard() -> Event:
        return next(event for event in events(stream) if event.message)

    # Whoever waits on the stream waits for longer than the silence lasts.
    session.http.timeout = IDLE_SECONDS + 30
    with ThreadPoolExecutor() as threads, session.listen() as stream:
        assert stream.status_code == 200
        waiting = threads.submit(heard)
        threading.Event().wait(IDLE_SECONDS)
        assert not waiting.done()
        sent = float(session.call("announce"))
        event = waiting.result(timeout=5)
    assert event.message["method"] == "notifications/tools/list_changed"
    assert event.at - sent < 1
