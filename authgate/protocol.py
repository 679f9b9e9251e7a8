"""HTTP/1.1 on the gate's port, where every request is answered as soon as it is read.

A decision waits for nothing but a look at a local disk. What a server of ASGI makes of a request
so that its application may wait (a task, a scope, messages, a timer) costs more than the decision.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from http import HTTPStatus
from typing import cast

import httptools

from authgate.answers import Answer, Header

# Twice what Traefik passes on where its entry points have `http.maxHeaderBytes` of 32 KiB.
LONGEST_REQUEST = 64 << 10
# So much is looked at before it is asked whether the connection still stands: a read may bring
# thousands of requests, whose answers take ten times their room.
_PIECE = 16 << 10

_STATUS_LINES = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}".encode() for status in HTTPStatus
}

_log = logging.getLogger(__name__)

Respond = Callable[[bytes, list[Header]], Answer]


class GateProtocol(asyncio.Protocol):
    """A connection; `respond` is given each request's target, and those headers that are `read`.

    Names of headers are in lower case.
    """

    def __init__(
        self, respond: Respond, read: Collection[bytes], connections: "set[GateProtocol]"
    ) -> None:
        self._respond = respond
        self._read = read
        self._connections = connections
        self._parser = httptools.HttpRequestParser(self)
        self._idle = False
        self.on_message_complete()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begins."""
        self._transport = cast(asyncio.Transport, transport)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Lets go of the parser, which would keep this object alive until garbage is collected."""
        del self._parser
        self._connections.discard(self)

    def pause_writing(self) -> None:
        """Breaks off: Traefik never leaves 64 KiB of answers unread, the transport's own limit."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Answers what has been read whole; what is no request ends the connection."""
        for start in range(0, len(data), _PIECE):
            if self._transport.is_closing():
                return
            self._take(data[start : start + _PIECE])

    def end_if_idle(self) -> None:
        """Ends a connection on which nothing was answered since this was last called."""
        if self._idle:
            self._transport.abort()
        self._idle = True

    def _take(self, piece: bytes) -> None:
        self._unanswered += len(piece)
        try:
            self._parser.feed_data(piece)
        except httptools.HttpParserCallbackError:
            _log.exception("a request could not be answered")
            self._end(HTTPStatus.INTERNAL_SERVER_ERROR)
        except httptools.HttpParserError:
            self._end(HTTPStatus.BAD_REQUEST)
        except httptools.HttpParserUpgrade:
            # It has had its answer, and no other protocol is spoken here.
            self._transport.close()
        else:
            if self._unanswered > LONGEST_REQUEST:
                self._end(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_complete(self) -> None:
        """Makes ready for the next request (a callback of the parser, as those below)."""
        self._target = b""
        self._headers: list[Header] = []
        self._unanswered = 0
        self._answered = False

    def on_url(self, url: bytes) -> None:
        """Takes a part of the target."""
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Takes a header, if it is read: Traefik sends twice as many."""
        name = name.lower()
        if name in self._read:
            self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Answers. What may come behind the headers, trailers too, is read by nobody."""
        if self._transport.is_closing():
            return
        answer = self._respond(self._target, self._headers)
        if answer.body and self._parser.get_method() == b"HEAD":
            answer = answer._replace(body=b"")
        keep = self._parser.should_keep_alive()
        self._transport.write(encode(answer, keep))
        self._answered, self._idle = True, False
        if not keep:
            self._transport.close()

    def _end(self, status: HTTPStatus) -> None:
        """Ends the connection; a request that has had its answer gets no second one."""
        if not self._answered and not self._transport.is_closing():
            self._transport.write(encode(Answer(status, [(b"content-length", b"0")], b""), False))
        self._transport.close()


def encode(answer: Answer, keep: bool) -> bytes:
    """An answer as it is sent; `keep`: more may be asked on the same connection."""
    lines = [_STATUS_LINES[answer.status]]
    lines += [b"%b: %b" % header for header in answer.headers]
    if not keep:
        lines.append(b"connection: close")
    return b"\r\n".join([*lines, b"", answer.body])
