"""Requests on the gate's port, on real sockets, with an answer of the test's own behind them."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager

import pytest
import uvloop

from authgate.answers import Answer, Header
from authgate.protocol import LONGEST_REQUEST
from authgate.server import asked

NO_CONTENT = b"HTTP/1.1 204 No Content\r\nx-target: /asked\r\n\r\n"
ASK = b"GET /asked HTTP/1.1\r\nHost: gate\r\n\r\n"
READ = frozenset({b"body", b"fail"})
Connect = Callable[[], socket.socket]


def respond(target: bytes, headers: Iterable[Header]) -> Answer:
    """Says what was asked; a `body` is sent back, and `fail` is trouble of its own."""
    named = dict(headers)
    if b"fail" in named:
        raise RuntimeError("trouble")
    body = named.get(b"body", b"")
    if not body:
        return Answer(204, [(b"x-target", target)], b"")
    return Answer(401, [(b"content-length", b"%d" % len(body))], body)


@contextmanager
def serving(listening: socket.socket) -> Iterator[None]:
    """Answers in a thread of its own."""
    loop = uvloop.new_event_loop()
    over = asyncio.Event()

    async def serve() -> None:
        async with asked(listening, respond, READ):
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


@pytest.fixture(scope="module")
def connect() -> Iterator[Connect]:
    """Opens a connection to the gate's port."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        address = listening.getsockname()
        with serving(listening):
            yield lambda: socket.create_connection(address, timeout=10)


def said(connection: socket.socket, length: int) -> bytes:
    """Just so many bytes, or what came before the end."""
    heard = b""
    while len(heard) < length and (more := connection.recv(length - len(heard))):
        heard += more
    return heard


def all_said(connect: Connect, request: bytes) -> bytes:
    """The answers to a request, until the gate ends the connection."""
    with connect() as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_a_connection_is_kept_for_the_next_request(connect: Connect) -> None:
    with connect() as connection:
        for _ in range(3):
            connection.sendall(ASK)
            assert said(connection, len(NO_CONTENT)) == NO_CONTENT


def test_a_request_may_come_in_pieces(connect: Connect) -> None:
    with connect() as connection:
        for number in range(len(ASK)):
            connection.sendall(ASK[number : number + 1])
        assert said(connection, len(NO_CONTENT)) == NO_CONTENT


def test_requests_that_come_together_are_answered_in_their_order(connect: Connect) -> None:
    last = b"GET /asked HTTP/1.1\r\nConnection: close\r\nbody: last\r\n\r\n"
    answers = all_said(connect, ASK * 3 + last)
    assert answers.startswith(NO_CONTENT * 3 + b"HTTP/1.1 401 Unauthorized\r\n")
    assert answers.endswith(b"connection: close\r\n\r\nlast")


def test_a_body_and_its_trailers_are_no_headers(connect: Connect) -> None:
    chunked = (
        b"POST /asked HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"4\r\nbody\r\n0\r\nbody: trailer\r\n\r\n"
    )
    with connect() as connection:
        connection.sendall(chunked + ASK)
        assert said(connection, 2 * len(NO_CONTENT)) == NO_CONTENT * 2


def test_head_is_answered_without_a_body(connect: Connect) -> None:
    head = b"HEAD /asked HTTP/1.1\r\nConnection: close\r\nbody: nothing\r\n\r\n"
    assert all_said(connect, head).endswith(b"content-length: 7\r\nconnection: close\r\n\r\n")


def test_a_client_of_http_1_0_is_answered_and_left(connect: Connect) -> None:
    answer = all_said(connect, b"GET /asked HTTP/1.0\r\n\r\n")
    assert answer == NO_CONTENT[:-2] + b"connection: close\r\n\r\n"


@pytest.mark.parametrize(
    "request_",
    [
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /asked HTTP/1.1\r\nname : value\r\n\r\n",
        b"GET /asked HTTP/1.1\r\nbody: \x01\r\n\r\n",
        b"GET /asked HTTP/1.1\r\nbody: one\r\n two\r\n\r\n",
        b"POST /asked HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_what_is_no_request_is_told_so_and_left(connect: Connect, request_: bytes) -> None:
    answers = all_said(connect, request_)
    assert answers == (
        b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )


def test_no_other_protocol_is_spoken_on_the_connection(connect: Connect) -> None:
    upgrade = b"GET /asked HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    assert all_said(connect, upgrade + ASK) == NO_CONTENT


@pytest.mark.parametrize("start", [b"GET /", b"GET /asked HTTP/1.1\r\nname: "])
def test_a_request_without_end_is_not_kept_in_memory(connect: Connect, start: bytes) -> None:
    answer = all_said(connect, start + b"a" * LONGEST_REQUEST)
    assert answer.startswith(b"HTTP/1.1 431 ")


def test_its_own_trouble_is_no_permission(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    answer = all_said(connect, b"GET /asked HTTP/1.1\r\nfail: yes\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert "RuntimeError: trouble" in caplog.text


def test_who_does_not_read_is_not_read(connect: Connect) -> None:
    body = b"x" * 30_000
    many = b"GET /asked HTTP/1.1\r\nbody: " + body + b"\r\n\r\n"
    with connect() as connection:
        connection.settimeout(1)
        sent = 0
        # What both sides' buffers hold is bounded, so that sending comes to an end.
        with pytest.raises(TimeoutError):
            while sent < 256 << 20:
                sent += connection.send(many)
        connection.settimeout(10)
        assert said(connection, len(body)).startswith(b"HTTP/1.1 401 ")
