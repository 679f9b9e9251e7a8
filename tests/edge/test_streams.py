"""What a server sends reaches its client at once, and what a client does reaches its server."""

import hashlib
import itertools
import ssl
import time
import uuid
from typing import Any

import pytest

from tests.edge.hanging_up import taken_back
from tests.edge.session import Event, Session, events, stateless
from tests.waiting import until

SOON = 1.0
MIB = 1 << 20
# Of an HTTP/2 stream that it no longer reads, httpx2 tells nobody.
HANGING_UP = pytest.mark.parametrize("session", ["HTTP/1.1"], indirect=True)


def progress(event: Event) -> dict[str, object]:
    """The parameters of a progress notification; empty for anything else."""
    found = event.message.get("method") == "notifications/progress"
    return dict(event.message["params"]) if found else {}


def test_each_report_of_progress_arrives_before_the_next_is_sent(session: Session) -> None:
    with session.send(session.tool("paced", count=6, gap=0.5)) as answer:
        came = [event for event in events(answer) if event.message]
    # The answer says when it was sent, as every report does.
    sent = [float(str(progress(event).get("message") or event.text)) for event in came]
    assert len(sent) == 7
    assert all(event.at < after for event, after in zip(came, sent[1:], strict=False))


def test_a_notification_comes_on_the_stream_that_waits_for_it(session: Session) -> None:
    with session.listen() as stream:
        assert stream.status_code == 200
        sent = float(session.call("announce"))
        heard = next(event for event in events(stream) if event.message)
    assert heard.message["method"] == "notifications/tools/list_changed"
    assert heard.at - sent < SOON


def test_a_cancelled_call_ends_in_the_server(session: Session) -> None:
    name = str(uuid.uuid4())
    asked = session.tool("linger", name=name)
    with session.send(asked) as answer:
        assert any(progress(event) for event in events(answer))
        moment = time.time()
        session.notify("notifications/cancelled", {"requestId": asked["id"]})
        assert_ended(session, name, since=moment)


@HANGING_UP
def test_a_client_that_hangs_up_ends_its_call_in_the_server(session: Session) -> None:
    name, headers, body = lingering(session)
    with session.http.stream("POST", session.url, json=body, headers=headers) as answer:
        assert any(progress(event) for event in events(answer))
        moment = time.time()
    assert_ended(session, name, since=moment)


def test_a_client_that_takes_its_request_back_ends_it_in_the_server(
    session: Session, trust: ssl.SSLContext
) -> None:
    name, headers, body = lingering(session)
    with taken_back(session.url, headers, body, trust) as moment:
        assert_ended(session, name, since=moment)


def lingering(session: Session) -> tuple[str, dict[str, str], dict[str, Any]]:
    """A call that does not end by itself: its name, and its request, of 2026-07-28.

    Of 2025-11-25, a call goes on without its client, who may come back for the answer.
    """
    name = str(uuid.uuid4())
    headers, body = stateless(session.tool("linger", name=name))
    return name, headers | {"Authorization": session.headers["Authorization"]}, body


def assert_ended(session: Session, name: str, since: float) -> None:
    """The server has ended a lingering call within a second, by its own clock, which is ours."""
    said: list[str] = []

    def over() -> bool:
        said.append(session.call("ended", name=name))
        return said[-1] != ""

    until(over, 5 * SOON, "the server goes on with a call that nobody waits for")
    assert 0 < float(said[-1]) - since < SOON


@HANGING_UP
def test_a_stream_that_its_client_left_is_free_for_the_next(session: Session) -> None:
    def status() -> int:
        with session.listen() as stream:
            return stream.status_code

    with session.listen() as stream:
        assert stream.status_code == 200
        # A session has one such stream at a time.
        assert status() == 409
    until(lambda: status() == 200, SOON, "the server holds the stream for a client that is gone")


def test_a_result_of_32_mib_arrives_whole(session: Session) -> None:
    text = session.call("large", mib=32)
    expected = hashlib.sha256(b"0123456789abcdef" * (2 * MIB)).hexdigest()
    assert hashlib.sha256(text.encode()).hexdigest() == expected


@HANGING_UP
def test_a_stream_that_broke_is_resumed_where_it_broke(session: Session) -> None:
    with session.send(session.tool("paced", count=10, gap=0.1)) as answer:
        first = [event for event in itertools.islice(events(answer), 5) if event.message]
    assert first
    with session.listen(**{"Last-Event-ID": first[-1].id}) as answer:
        rest: list[Event] = []
        for event in events(answer):
            if event.message:
                rest.append(event)
            if "result" in event.message:
                break
    numbers = [progress(event)["progress"] for event in [*first, *rest[:-1]]]
    assert numbers == list(range(10))


def test_a_stream_that_its_server_closed_is_resumed_by_its_last_event(session: Session) -> None:
    with session.send(session.tool("test_reconnection")) as answer:
        first = list(events(answer))
    assert not any("result" in event.message for event in first)
    with session.listen(**{"Last-Event-ID": first[-1].id}) as answer:
        result = next(event for event in events(answer) if "result" in event.message)
    assert result.text == "Reconnected."


def test_a_session_is_known_by_its_id_until_it_is_ended(session: Session) -> None:
    def status(headers: dict[str, str]) -> int:
        body = session.request("tools/list", {})
        return session.http.post(session.url, json=body, headers=headers).status_code

    assert status(session.headers) == 200
    assert status(session.headers | {"Mcp-Session-Id": uuid.uuid4().hex}) == 404
    assert session.http.delete(session.url, headers=session.headers).status_code == 200
    assert status(session.headers) == 404
