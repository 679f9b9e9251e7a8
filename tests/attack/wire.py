"""Requests as bytes, and their answers; from an address of the loopback network's own each."""

import itertools
import socket
import ssl
from http.client import HTTPException, HTTPResponse
from typing import NamedTuple

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    ResponseReceived,
    StreamEnded,
    StreamReset,
)
from h2.exceptions import ProtocolError

TIMEOUT = 8.0
# Status of a connection that was ended, and of a stream that was reset, without an answer.
CUT = 0

# authgate counts the failures of each address: nobody's shall be anyone else's.
_numbers = itertools.count(1)


class Answer(NamedTuple):
    """An answer; status `CUT` where none came."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def values(self, name: str) -> list[str]:
        """All values of a header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


NO_ANSWER = Answer(CUT, [], b"")


def connect(port: int, timeout: float = TIMEOUT) -> socket.socket:
    """A connection to the edge over loopback, from an address that nobody else has."""
    number = next(_numbers)
    source = f"127.{1 + number // 62_500}.{number // 250 % 250}.{number % 250 + 1}"
    made = socket.create_connection(("127.0.0.1", port), timeout, source_address=(source, 0))
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
    return made


def secure(
    connection: socket.socket, trust: ssl.SSLContext, name: str | None, protocol: str = "http/1.1"
) -> ssl.SSLSocket:
    """TLS on a connection; `name` is the SNI, `protocol` the only one that is offered."""
    trust.set_alpn_protocols([protocol])
    return trust.wrap_socket(connection, server_hostname=name)


def ask(connection: socket.socket, request: bytes) -> Answer:
    """Sends bytes and reads one answer of HTTP/1.x."""
    method = request.partition(b" ")[0].decode("latin-1")
    try:
        connection.sendall(request)
        with HTTPResponse(connection, method=method) as response:
            response.begin()
            upgraded = response.status == 101
            body = b"" if upgraded else response.read()
            return Answer(response.status, response.getheaders(), body)
    except (HTTPException, ConnectionError, TimeoutError, ssl.SSLError):
        return NO_ANSWER


def ask_bytes(connection: socket.socket, request: bytes) -> bytes:
    """Sends bytes that ask to close, and returns every byte that comes back."""
    connection.sendall(request)
    received = bytearray()
    while part := connection.recv(65536):
        received += part
    return bytes(received)


def ask_http2(
    connection: socket.socket, headers: list[tuple[str, str]], body: bytes = b""
) -> Answer:
    """Sends one request over HTTP/2, its pseudo-headers as they are given."""
    settings = H2Configuration(
        header_encoding="latin-1",
        validate_outbound_headers=False,
        normalize_outbound_headers=False,
    )
    state = H2Connection(settings)
    state.initiate_connection()
    state.send_headers(1, headers, end_stream=not body)
    if body:
        state.send_data(1, body, end_stream=True)
    try:
        connection.sendall(state.data_to_send())
        return _http2_answer(connection, state)
    except (ConnectionError, ssl.SSLError, ProtocolError):
        return NO_ANSWER


def _http2_answer(connection: socket.socket, state: H2Connection) -> Answer:
    answer = NO_ANSWER
    while part := connection.recv(65536):
        for event in state.receive_data(part):
            if _ended(event):
                return answer
            if isinstance(event, StreamReset | ConnectionTerminated):
                return NO_ANSWER
            if isinstance(event, ResponseReceived):
                headers = [(_text(name), _text(value)) for name, value in event.headers or []]
                answer = Answer(int(headers[0][1]), headers[1:], b"")
            if isinstance(event, DataReceived):
                answer = answer._replace(body=answer.body + (event.data or b""))
        connection.sendall(state.data_to_send())
    return NO_ANSWER


def _ended(event: Event) -> bool:
    # An answer may be whole before the request is: the rest is then waved off without an error.
    whole = isinstance(event, StreamReset) and event.error_code == ErrorCodes.NO_ERROR
    return isinstance(event, StreamEnded) or whole


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
