"""A client of HTTP/2 that takes back a request, and keeps its connection."""

import json
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived

STREAM = 1


@contextmanager
def taken_back(
    url: str, headers: dict[str, str], body: dict[str, Any], trust: ssl.SSLContext
) -> Iterator[float]:
    """Posts a message, waits for the first bytes of its answer's body, and resets the stream.

    The connection is open until the end of the block, which gets the moment of the reset.
    """
    where = urlsplit(url)
    trust.set_alpn_protocols(["h2"])
    with (
        socket.create_connection(("127.0.0.1", where.port or 443), timeout=10) as plain,
        trust.wrap_socket(plain, server_hostname=where.hostname) as secure,
    ):
        state = H2Connection(H2Configuration(header_encoding="utf-8"))
        state.initiate_connection()
        pseudo = [(":method", "POST"), (":scheme", "https"), (":path", where.path)]
        named = [(name.lower(), value) for name, value in headers.items()]
        content = [("content-type", "application/json")]
        state.send_headers(STREAM, [*pseudo, (":authority", where.netloc), *named, *content])
        state.send_data(STREAM, json.dumps(body).encode(), end_stream=True)
        secure.sendall(state.data_to_send())
        while not any(isinstance(event, DataReceived) for event in _next(secure, state)):
            secure.sendall(state.data_to_send())
        state.reset_stream(STREAM, ErrorCodes.CANCEL)
        moment = time.time()
        secure.sendall(state.data_to_send())
        yield moment


def _next(secure: ssl.SSLSocket, state: H2Connection) -> list[Any]:
    received = secure.recv(65536)
    assert received, "the edge has closed the connection"
    return list(state.receive_data(received))
