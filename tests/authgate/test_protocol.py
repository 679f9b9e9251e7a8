"""Requests on the gate's port, on real sockets, with an answer of the test's own behind them."""

import asyncio
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import pairwise
from threading import Thread

import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st

from authgate.answers import Answer, Header
from authgate.protocol import LONGEST_REQUEST, GateProtocol
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
def serving(listening: socket.socket, keep_alive: float = 120) -> Iterator[None]:
    """Answers in a thread of its own."""
    loop = uvloop.new_event_loop()
    over = asyncio.Event()

    async def serve() -> None:
        async with asked(listening, respond, READ, keep_alive):
            await over.wait()

    thread = Thread(target=lambda: loop.run_until_complete(serve()))
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
    """The answers to a request, until the gate ends the connection.

    Where it does so with bytes unread, the system tells of that by a reset.
    """
    heard = b""
    with connect() as connection, suppress(ConnectionError):
        connection.sendall(request)
        while more := connection.recv(65_536):
            heard += more
    return heard


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
@pytest.mark.parametrize("before", [b"", ASK])
def test_a_request_without_end_is_not_kept_in_memory(
    connect: Connect, before: bytes, start: bytes
) -> None:
    answers = all_said(connect, before + start + b"a" * 2 * LONGEST_REQUEST)
    assert answers.removeprefix(NO_CONTENT).startswith(b"HTTP/1.1 431 ")


def test_a_long_request_is_refused_however_fast_it_comes(connect: Connect) -> None:
    long = b"GET /asked HTTP/1.1\r\nname: " + b"a" * 2 * LONGEST_REQUEST + b"\r\n\r\n"
    assert all_said(connect, long).startswith(b"HTTP/1.1 431 ")


def test_a_body_is_not_counted_against_the_next_request(connect: Connect) -> None:
    body = b"a" * (LONGEST_REQUEST - len(ASK) - 64)
    posted = b"POST /asked HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    with connect() as connection:
        for _ in range(3):
            connection.sendall(posted)
            assert said(connection, len(NO_CONTENT)) == NO_CONTENT


@pytest.mark.parametrize(
    "body",
    [
        b"Transfer-Encoding: chunked\r\n\r\nno number\r\n",
        b"Content-Length: 999999\r\n\r\n" + b"a" * 2 * LONGEST_REQUEST,
    ],
)
def test_a_bad_body_ends_the_connection_and_gets_no_answer_of_its_own(
    connect: Connect, body: bytes
) -> None:
    """A client that has had one answer would take another for that to its next request."""
    assert all_said(connect, b"POST /asked HTTP/1.1\r\n" + body) == NO_CONTENT


def test_its_own_trouble_is_no_permission(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    answer = all_said(connect, b"GET /asked HTTP/1.1\r\nfail: yes\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert "RuntimeError: trouble" in caplog.text


def test_who_does_not_read_answers_is_left(connect: Connect) -> None:
    many = b"GET /asked HTTP/1.1\r\nbody: " + b"x" * 30_000 + b"\r\n\r\n"
    with connect() as connection, pytest.raises(ConnectionError):
        for _ in range((64 << 20) // len(many)):
            connection.sendall(many)


def test_a_connection_on_which_nothing_is_asked_is_left() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        address = listening.getsockname()
        with (
            serving(listening, keep_alive=1.0),
            socket.create_connection(address, timeout=10) as silent,
            socket.create_connection(address, timeout=10) as busy,
        ):
            silent.sendall(ASK[:-2])
            for _ in range(50):
                busy.sendall(ASK)
                assert said(busy, len(NO_CONTENT)) == NO_CONTENT
                time.sleep(0.05)
            silent.setblocking(False)
            assert silent.recv(1) == b""


class Written(asyncio.Transport):
    """Keeps what a protocol writes; the other end reads all of it."""

    def __init__(self) -> None:
        super().__init__()
        self.all = b""
        self.closed = False

    def write(self, data: object) -> None:
        assert isinstance(data, bytes)
        self.all += data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def answers_to(pieces: Iterable[bytes]) -> tuple[bytes, bool]:
    """What a connection is answered in all, and whether it is closed."""
    transport, protocol = Written(), GateProtocol(respond, READ, set())
    protocol.connection_made(transport)
    for piece in pieces:
        if not transport.closed:
            protocol.data_received(piece)
    return transport.all, transport.closed


REQUESTS = [
    ASK,
    b"GET /asked HTTP/1.1\r\nbody: said\r\n\r\n",
    b"POST /asked HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody",
    b"POST /asked HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"4\r\nbody\r\n0\r\nbody: trailer\r\n\r\n",
    b"GET /asked HTTP/1.1\r\nConnection: close\r\n\r\n",
    b"nonsense\r\n\r\n",
]


@given(data=st.data(), requests=st.lists(st.sampled_from(REQUESTS), min_size=1, max_size=6))
def test_answers_do_not_depend_on_where_a_read_ends(
    data: st.DataObject, requests: list[bytes]
) -> None:
    stream = b"".join(requests)
    cuts = data.draw(st.sets(st.integers(1, len(stream) - 1), max_size=12))
    ends = [0, *sorted(cuts), len(stream)]
    pieces = [stream[start:end] for start, end in pairwise(ends)]
    assert answers_to(pieces) == answers_to([stream])
