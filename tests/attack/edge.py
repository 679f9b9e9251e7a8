"""The edge as an attacker meets it, and the backends' own account of what reached them."""

import json
import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

from tests.attack.stack import DOMAIN, PLACE, RUNNING, address, heard_at
from tests.attack.wire import NO_ANSWER, TIMEOUT, Answer, ask, ask_bytes, ask_http2, connect, secure


def host(label: str) -> str:
    """The `Host` of an instance's endpoint, such as `mcp-echo`, as a client sends it."""
    return f"{label}.{DOMAIN}:{PLACE.https_port}"


def request(
    *headers: str,
    to: str = "mcp-echo",
    target: str = "/mcp",
    method: str = "GET",
    version: str = "HTTP/1.1",
    body: str = "",
) -> bytes:
    """A request's bytes: `headers` follow the `Host` of `to`, as they are."""
    lines = [f"{method} {target} {version}", f"Host: {host(to)}", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode("latin-1")


@dataclass(frozen=True, kw_only=True)
class Edge:
    """Sends requests; `secrets` fills in `<alice>`, `<bob>` … and `<view>`, the echo's own."""

    trust: ssl.SSLContext
    secrets: dict[str, str]
    backends: dict[str, str]

    @classmethod
    def reach(cls, outputs: dict[str, Any], ca_file: Path) -> "Edge":
        """The edge of the stack that has these outputs."""
        trust = ssl.create_default_context(cafile=str(ca_file))
        # Some attacks name another host than the certificate does; its issuer is still checked.
        trust.check_hostname = False
        secrets = {
            f"<{name}>": client["headers"]["Authorization"].removeprefix("Bearer ")
            for clients in outputs["clients"].values()
            for name, client in clients.items()
        }
        return cls(
            trust=trust,
            secrets=secrets | {"<view>": outputs["viewers"]["echo"]["token"]},
            backends={instance: address(instance) for instance in RUNNING},
        )

    def filled(self, text: str) -> str:
        """The text with tokens in place of their names."""
        for name, value in self.secrets.items():
            text = text.replace(name, value)
        return text

    def send(
        self, raw: bytes, name: str | None = f"mcp-echo.{DOMAIN}", timeout: float = TIMEOUT
    ) -> Answer:
        """Sends bytes over TLS to the server of this name."""
        with connect(PLACE.https_port, timeout) as plain:
            try:
                connection = secure(plain, self.trust, name)
            except (ssl.SSLError, ConnectionError, TimeoutError):
                return NO_ANSWER
            with connection:
                return ask(connection, self._bytes(raw))

    def send_plain(self, raw: bytes, port: int = PLACE.http_port) -> Answer:
        """Sends bytes to a port without TLS."""
        with connect(port) as connection:
            return ask(connection, self._bytes(raw))

    def send_for_bytes(self, raw: bytes) -> bytes:
        """Sends a request that asks to close; every byte of the answer."""
        with self._connection() as connection:
            return ask_bytes(connection, self._bytes(raw))

    def send_from_one_address(self, requests: list[bytes]) -> list[Answer]:
        """Sends requests one after the other on one connection; their answers."""
        with self._connection() as connection:
            return [ask(connection, self._bytes(raw)) for raw in requests]

    @contextmanager
    def stream(self, raw: bytes) -> Iterator[HTTPResponse]:
        """Sends a request and leaves its answer open."""
        with self._connection() as connection:
            connection.sendall(self._bytes(raw))
            with HTTPResponse(connection) as response:
                response.begin()
                yield response

    def send_http2(self, headers: list[tuple[str, str]], body: bytes = b"") -> Answer:
        """Sends one request over HTTP/2."""
        with self._connection("h2") as connection:
            return ask_http2(connection, self._filled(headers), body)

    def send_plain_http2(self, headers: list[tuple[str, str]]) -> Answer:
        """Sends one request over HTTP/2 to the port without TLS, with prior knowledge."""
        with connect(PLACE.http_port) as connection:
            return ask_http2(connection, self._filled(headers))

    def status(self, instance: str, token: str, timeout: float = TIMEOUT) -> int:
        """How a plain request with this token is answered."""
        bearer = f"Authorization: Bearer <{token}>"
        return self.send(request(bearer, to=f"mcp-{instance}"), timeout=timeout).status

    def heard(self) -> dict[str, Counter[str]]:
        """What each backend has heard, by target."""
        return {instance: heard_at(place) for instance, place in self.backends.items()}

    @contextmanager
    def _connection(self, protocol: str = "http/1.1") -> Iterator[ssl.SSLSocket]:
        name = f"mcp-echo.{DOMAIN}"
        with (
            connect(PLACE.https_port) as plain,
            secure(plain, self.trust, name, protocol) as connection,
        ):
            yield connection

    def _filled(self, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(name, self.filled(value)) for name, value in headers]

    def _bytes(self, raw: bytes) -> bytes:
        return self.filled(raw.decode("latin-1")).encode("latin-1")


def echoed(answer: Answer) -> dict[str, Any]:
    """What the backend says has reached it."""
    assert answer.values("x-echo") == ["yes"], answer
    heard: dict[str, Any] = json.loads(answer.body)
    return heard
