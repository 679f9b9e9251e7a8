"""The gate on a stage: a registry on disk, the real application, and a clock to turn."""

import asyncio
import base64
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from authgate.app import create_app, create_gate
from authgate.audit import Audit
from authgate.context import Context
from authgate.gate import PATH
from authgate.hosts import Hosts
from authgate.journal import Journal
from authgate.registry import Registry
from authgate.settings import OPERATIONS_PORT, PAGES_PORT
from authgate.sync import read_document, write_registry
from components.core.secrets import Root

DOMAIN = "mcpier.test"
ALICE = "alice-token-0123456789"
VIEWER = "viewer-token-0123456789"
WATCHER = "watcher-token-0123456789"
OPERATOR = "operator-token-0123456789"
ROOT = Root(key=bytes(range(32)), drawn_at=1_790_000_000)
KEY = base64.b64decode(ROOT.session_key())
NOON = 1_795_000_000.0

Headers = dict[str, str] | list[tuple[str, str]]


def token(name: str, value: str, grant: str = "mcp", expires: str | None = None) -> dict[str, Any]:
    digest = hashlib.sha256(value.encode()).hexdigest()
    return {"name": name, "sha256": digest, "expires": expires, "grant": grant}


def record(instance: str = "demo", **changes: Any) -> dict[str, Any]:
    """A running instance that alice may use, viewer may see and handle, watcher may see."""
    return {
        "id": instance,
        "type": "playwright",
        "state": "running",
        "tokens": [
            token("alice", ALICE),
            token("viewer", VIEWER, "view"),
            token("watcher", WATCHER, "watch"),
        ],
        "origins": ["https://app.example.org"],
        "vncPassword": "pa#s w?d".replace(" ", "-"),
        "vncWatchPassword": "wa&ch=er",
    } | changes


def portal_record(**changes: Any) -> dict[str, Any]:
    """The portal, which carol may open."""
    return {
        "id": "_portal",
        "type": "portal",
        "state": "running",
        "tokens": [token("carol", OPERATOR, "operator")],
        "origins": [],
        "vncPassword": None,
    } | changes


def document(*records: dict[str, Any], key: bytes = KEY) -> bytes:
    encoded = base64.b64encode(key).decode()
    return json.dumps({"sessionKey": encoded, "instances": records}).encode()


@dataclass(frozen=True)
class Reply:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def one(self, name: str) -> str:
        (value,) = self.all(name)
        return value

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Stage:
    """Everything of one process but its sockets. `now` and `elapsed` are its clocks."""

    folder: Path
    now: float = NOON
    elapsed: float = 0.0
    lines: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context = Context(
            hosts=Hosts(DOMAIN, 8443),
            registry=Registry(self.folder, lambda: self.elapsed),
            journal=Journal(self.lines.append, lambda write: write()),
            clock=lambda: self.now,
        )
        self.app = create_app(self.context, Audit(self.folder))
        self._gate = create_gate(self.context)

    def sync(self, *records: dict[str, Any], key: bytes = KEY) -> None:
        write_registry(self.folder, read_document(document(*records, key=key)))

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.elapsed += seconds

    def gate(
        self, headers: Headers, host: str = "mcp-demo", uri: str = "/mcp", path: str = PATH
    ) -> Reply:
        """What Traefik gets when it asks about a client's request to `host`."""
        forwarded = [
            ("x-forwarded-host", f"{host}.{DOMAIN}:8443" if "." not in host else host),
            ("x-forwarded-uri", uri),
            ("x-forwarded-method", "POST"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-for", "198.51.100.7"),
        ]
        answer = self._gate.answer(path.encode(), _encoded([*forwarded, *_pairs(headers)]))
        return _reply(*answer)

    def page(
        self,
        method: str,
        path: str,
        headers: Headers | None = None,
        host: str = "vnc-demo",
        body: bytes = b"",
        address: str = "198.51.100.7",
    ) -> Reply:
        """What a client gets from the pages when Traefik sends its request there."""
        name = f"{host}.{DOMAIN}:8443"
        forwarded = [("host", name), ("x-forwarded-host", name), ("x-forwarded-for", address)]
        return self.ask(PAGES_PORT, method, path, [*forwarded, *_pairs(headers or {})], body)

    def operations(self, path: str) -> Reply:
        return self.ask(OPERATIONS_PORT, "GET", path, [])

    def ask(
        self, port: int, method: str, path: str, headers: list[tuple[str, str]], body: bytes = b""
    ) -> Reply:
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path.partition("?")[0],
            "raw_path": path.encode(),
            "query_string": path.partition("?")[2].encode(),
            "headers": _encoded(headers),
            "server": ("127.0.0.1", port),
            "client": ("127.0.0.1", 1),
        }
        return asyncio.run(self._run(scope, body))

    async def _run(self, scope: dict[str, Any], body: bytes) -> Reply:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return _reply(sent[0]["status"], sent[0]["headers"], body)


def sign_in(
    stage: Stage, value: str = VIEWER, host: str = "vnc-demo", origin: str | None = None
) -> Reply:
    """What a browser gets for the sign-in form; it sends the host's own origin."""
    headers = {"Origin": origin or f"https://{host}.{DOMAIN}:8443"}
    return stage.page("POST", "/_mcpier/sign-in", headers, host, f"token={quote(value)}".encode())


def session_of(reply: Reply) -> dict[str, str]:
    """The session that a browser sends after this reply."""
    return {"Cookie": reply.one("set-cookie").partition(";")[0]}


def bearer(value: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {value}"}


def _pairs(headers: Headers) -> list[tuple[str, str]]:
    return list(headers.items()) if isinstance(headers, dict) else headers


def _encoded(headers: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]


def _reply(status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> Reply:
    return Reply(status, [(n.decode(), v.decode("latin-1")) for n, v in headers], body)
