"""Clients that never rest: they see whether a certificate changes without anybody's harm."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

PAUSE = 0.03


class Handshakes:
    """One TLS handshake after the other; serial numbers as they were seen, and failures."""

    def __init__(self, host: str, port: int, trust: ssl.SSLContext) -> None:
        self._host, self._port, self._trust = host, port, trust
        self.seen: list[int] = []
        self.failures: list[str] = []
        self._ended = threading.Event()

    @contextmanager
    def running(self) -> Iterator["Handshakes"]:
        """Shakes hands until the end of the block."""
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                serial = served_serial(self._host, self._port, self._trust)
            except OSError as error:
                self.failures.append(repr(error))
            else:
                if self.seen[-1:] != [serial]:
                    self.seen.append(serial)
            time.sleep(PAUSE)


def served_serial(host: str, port: int, trust: ssl.SSLContext) -> int:
    """The serial number of the certificate that a client accepts for a host."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        trust.wrap_socket(plain, server_hostname=host) as secure,
    ):
        found = secure.getpeercert() or {}
        return int(str(found["serialNumber"]), 16)


class EventStream:
    """An answer that does not end; the moments at which its events came."""

    def __init__(self, url: str, headers: dict[str, str], trust: ssl.SSLContext) -> None:
        self._url, self._headers, self._trust = url, headers, trust
        self.moments: list[float] = []
        self.broken = ""
        self._ended = threading.Event()

    @contextmanager
    def running(self) -> Iterator["EventStream"]:
        """Reads until the end of the block."""
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            thread.join()

    @property
    def longest_gap(self) -> float:
        """Seconds between two events, at most."""
        pairs = zip(self.moments, self.moments[1:], strict=False)
        return max(after - before for before, after in pairs)

    def _run(self) -> None:
        try:
            with (
                httpx2.Client(verify=self._trust, timeout=10) as http,
                http.stream("GET", self._url, headers=self._headers) as answer,
            ):
                assert answer.status_code == 200
                for line in answer.iter_lines():
                    if line.startswith("data:"):
                        self.moments.append(time.monotonic())
                    if self._ended.is_set():
                        return
            self.broken = "it ended"
        except (httpx2.HTTPError, AssertionError) as error:
            self.broken = repr(error)
