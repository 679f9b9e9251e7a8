"""When the checker begins: once the instance serves, or has had long enough to."""

import socket
import threading
import time

from playwright_instance import first_check

LOOPBACK = "127.0.0.1"


def test_it_begins_as_soon_as_mcp_listens() -> None:
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        listen = threading.Timer(0.3, server.listen)
        listen.start()
        began = time.monotonic()
        first_check.wait(server.getsockname(), most=30)
        spent = time.monotonic() - began
        listen.join()
    assert 0.3 <= spent < 10


def test_it_begins_in_the_end_where_nothing_listens() -> None:
    with socket.socket() as nobody:
        nobody.bind((LOOPBACK, 0))
        began = time.monotonic()
        first_check.wait(nobody.getsockname(), most=0.2)
    assert 0.2 <= time.monotonic() - began < 10
