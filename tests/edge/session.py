"""MCP over HTTP by hand, so that a test sees what passes on the wire, and when."""

import itertools
import json
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

STATEFUL, STATELESS = "2025-11-25", "2026-07-28"
ACCEPT = "application/json, text/event-stream"
CLIENT = {"name": "mcpier-test", "version": "1.0.0"}
META = "io.modelcontextprotocol/"


@dataclass(frozen=True, kw_only=True)
class Event:
    """An event of a stream: its id, its message, and when it came, in seconds since 1970."""

    id: str
    message: dict[str, Any]
    at: float

    @property
    def text(self) -> str:
        """The text of a tool's answer."""
        return str(self.message["result"]["content"][0]["text"])


def client(trust: ssl.SSLContext, http2: bool = False) -> httpx2.Client:
    """An HTTP client that trusts the stack."""
    return httpx2.Client(verify=trust, http1=not http2, http2=http2, timeout=30)


@dataclass(frozen=True, kw_only=True)
class Session:
    """A session of 2025-11-25; `headers` are those of each of its requests."""

    http: httpx2.Client
    url: str
    headers: dict[str, str]
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @classmethod
    def begin(cls, http: httpx2.Client, url: str, headers: dict[str, str]) -> "Session":
        """Shakes hands; the session's id is among the headers from then on."""
        new = cls(http=http, url=url, headers=headers | {"Accept": ACCEPT})
        params = {"protocolVersion": STATEFUL, "capabilities": {}, "clientInfo": CLIENT}
        with new.send(new.request("initialize", params)) as answer:
            assert answer.status_code == 200, answer.read()
            known = {
                "Mcp-Session-Id": answer.headers["mcp-session-id"],
                "MCP-Protocol-Version": STATEFUL,
            }
            (initialized,) = [event for event in events(answer) if event.message]
        assert initialized.message["result"]["protocolVersion"] == STATEFUL
        made = cls(http=http, url=url, headers=new.headers | known, numbers=new.numbers)
        made.notify("notifications/initialized", {})
        return made

    def request(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """A request with an id of its own."""
        number = next(self.numbers)
        return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}

    def tool(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """A request to call a tool, whose progress shall be reported."""
        asked = self.request("tools/call", {"name": name, "arguments": arguments})
        asked["params"]["_meta"] = {"progressToken": asked["id"]}
        return asked

    @contextmanager
    def send(self, body: dict[str, Any]) -> Iterator[httpx2.Response]:
        """Posts a message; its answer is open until the end of the block."""
        with self.http.stream("POST", self.url, json=body, headers=self.headers) as answer:
            yield answer

    @contextmanager
    def listen(self, **headers: str) -> Iterator[httpx2.Response]:
        """Opens the session's own stream, or what `Last-Event-ID` resumes."""
        with self.http.stream("GET", self.url, headers=self.headers | headers) as answer:
            yield answer

    def notify(self, method: str, params: dict[str, Any]) -> None:
        """Posts a notification, which must be accepted."""
        body = {"jsonrpc": "2.0", "method": method, "params": params}
        assert self.http.post(self.url, json=body, headers=self.headers).status_code == 202

    def call(self, name: str, /, **arguments: Any) -> str:
        """What a tool answers."""
        with self.send(self.tool(name, **arguments)) as answer:
            assert answer.status_code == 200, answer.read()
            return [event for event in events(answer) if "result" in event.message][-1].text


def stateless(body: dict[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Headers and body of a tool's call as 2026-07-28 wants them, without a session."""
    params = body["params"]
    declared = {"protocolVersion": STATELESS, "clientInfo": CLIENT, "clientCapabilities": {}}
    meta = params["_meta"] | {f"{META}{key}": value for key, value in declared.items()}
    headers = {
        "Accept": ACCEPT,
        "MCP-Protocol-Version": STATELESS,
        "Mcp-Method": body["method"],
        "Mcp-Name": params["name"],
    }
    return headers, body | {"params": params | {"_meta": meta}}


def events(answer: httpx2.Response) -> Iterator[Event]:
    """The events of an answer as they come; an event without data has an empty message."""
    fields: dict[str, str] = {}
    for line in answer.iter_lines():
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif fields:
            message = json.loads(fields.get("data") or "{}")
            yield Event(id=fields.get("id", ""), message=message, at=time.time())
            fields = {}
