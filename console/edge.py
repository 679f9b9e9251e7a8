"""Asks a stack's edge as its clients do: TLS verified, names resolved or, on loopback, mapped."""

import http.client
import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPMessage
from typing import Any
from urllib.parse import SplitResult, urlsplit

from console.errors import ConsoleError

TIMEOUT = 10
PROTOCOL = "2025-11-25"
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": PROTOCOL,
        "capabilities": {},
        "clientInfo": {"name": "mcpier doctor", "version": "1"},
    },
}


@dataclass(frozen=True, kw_only=True)
class Edge:
    """The edge behind an address; `trust` verifies its certificate."""

    address: str
    trust: ssl.SSLContext

    @classmethod
    def behind(cls, domain: str, ca: str | None) -> "Edge":
        """The edge of a domain; `ca` is the PEM of a stack's own CA, or None for a public one.

        Raises `ConsoleError` where the wildcard name leads nowhere.
        """
        return cls(address=_resolve(f"mcp-doctor.{domain}"), trust=_trust(ca))

    def days_left(self, host: str, port: int) -> int:
        """For how many whole days the certificate is good; raises `ConsoleError` if it is not."""
        with self._secured(host, port) as connection:
            certificate = connection.getpeercert() or {}
        end = ssl.cert_time_to_seconds(str(certificate["notAfter"]))
        return int(end - datetime.now(UTC).timestamp()) // 86400

    def initialize(self, url: str, headers: Mapping[str, str]) -> str:
        """Opens an MCP session and ends it; the server's name, or `ConsoleError`."""
        where = urlsplit(url)
        asked = {"Accept": "application/json, text/event-stream", **headers}
        status, answered, body = self._request("POST", where, asked, json.dumps(INITIALIZE))
        if status != 200:
            raise ConsoleError(
                f"{url} answers MCP's initialize with {status}: {body.strip()[:200]}",
                "see the instance's log: docker logs, and what its health check says",
            )
        if session := answered.get("Mcp-Session-Id"):
            self._request("DELETE", where, {**asked, "Mcp-Session-Id": session}, None)
        result = _message(body).get("result") or {}
        return str((result.get("serverInfo") or {}).get("name", "a server without a name"))

    def _request(
        self, method: str, where: SplitResult, headers: Mapping[str, str], body: str | None
    ) -> tuple[int, HTTPMessage, str]:
        host, port = str(where.hostname), where.port or 443
        connection = http.client.HTTPSConnection(host, port, timeout=TIMEOUT)
        try:
            connection.sock = self._secured(host, port)
            given = {"Content-Type": "application/json", **headers}
            connection.request(method, where.path, body, given)
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            raise ConsoleError(f"{where.geturl()} breaks off: {error}", _SEE_EDGE) from None
        finally:
            connection.close()

    def _secured(self, host: str, port: int) -> ssl.SSLSocket:
        try:
            plain = socket.create_connection((self.address, port), timeout=TIMEOUT)
        except OSError as error:
            raise ConsoleError(f"nothing answers on {host}:{port}: {error}", _SEE_EDGE) from None
        try:
            return self.trust.wrap_socket(plain, server_hostname=host)
        except OSError as error:
            plain.close()
            raise ConsoleError(
                f"the certificate of {host}:{port} is not good: {error}",
                "see mcpier:tls in the stack file; a self-signed one is renewed by its generation",
            ) from None


_SEE_EDGE = "see that Traefik runs, and that no firewall stands before it: docker logs of it"


def _resolve(name: str) -> str:
    # RFC 6761, section 6.3: it is loopback, whatever the resolver here says of it.
    if name.endswith(".localhost"):
        return "127.0.0.1"
    try:
        return str(socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)[0][4][0])
    except OSError as error:
        wildcard = "*." + name.partition(".")[2]
        raise ConsoleError(
            f"{name} has no address here: {error}",
            f"point the wildcard name {wildcard} at the Docker host",
        ) from None


def _trust(ca: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _message(body: str) -> dict[str, Any]:
    """The JSON-RPC message of an answer, which may come as one server-sent event."""
    data = [line[5:] for line in body.splitlines() if line.startswith("data:")]
    try:
        message = json.loads("\n".join(data) if data else body)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}
