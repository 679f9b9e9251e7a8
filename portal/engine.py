"""The two questions that the reader asks the Docker engine, and what it keeps of the answers."""

import http.client
import json
import re
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from portal.judgement import HEALTH_CHECK, failing

# Seconds for the list; for a container by itself; and after which none is asked about any more.
TIMEOUT, TIMEOUT_OF_ONE, ENOUGH = 3.0, 1.0, 2.0
UNSAID = {HEALTH_CHECK: "the engine does not say"}
# As the engine puts a container's health into words: `Up 2 minutes (health: starting)`.
_HEALTH = re.compile(r" \((?:health: )?(healthy|unhealthy|starting)\)$")


class _Connection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("docker", timeout=TIMEOUT)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def look(docker_socket: Path, stack: str) -> dict[str, Any]:
    """The containers of a stack by name: `{state, status, health, failing}`.

    `status` is in the engine's words, such as `Up 2 minutes`. Nothing else of a container is kept:
    neither its variables nor its command line. One whose health is not good is asked about by
    itself. Raises OSError, ValueError, LookupError, TypeError or HTTPException where the engine
    does not answer so.
    """
    connection = _Connection(docker_socket)
    try:
        filters = quote(json.dumps({"label": [f"mcpier.stack={stack}"]}))
        listed = _get(connection, f"/containers/json?all=1&filters={filters}")
        connection.close()
        connection.timeout, ends = TIMEOUT_OF_ONE, time.monotonic() + ENOUGH
        # One that is half removed has no name.
        named = [entry for entry in listed or [] if entry.get("Names")]
        return {_name(entry): _facts(connection, entry, ends) for entry in named}
    finally:
        connection.close()


def _facts(connection: _Connection, entry: dict[str, Any], ends: float) -> dict[str, Any]:
    status = str(entry["Status"])
    found = _HEALTH.search(status)
    health = found[1] if found else None
    well = health in (None, "healthy")
    return {
        "state": str(entry["State"]),
        "status": _HEALTH.sub("", status),
        "health": health,
        "failing": {} if well else _failing(connection, entry["Id"], ends),
    }


def _failing(connection: _Connection, container: str, ends: float) -> dict[str, str]:
    """Asks about one container; the others are told of also where the engine hangs over it."""
    if time.monotonic() > ends:
        return UNSAID
    try:
        # It may have gone since it was listed.
        inspected = _get(connection, f"/containers/{container}/json") or {}
    except (OSError, ValueError, http.client.HTTPException):
        connection.close()
        return UNSAID
    return failing(inspected.get("State", {}).get("Health") or {})


def _name(entry: dict[str, Any]) -> str:
    return str(entry["Names"][0]).removeprefix("/")


def _get(connection: _Connection, path: str) -> Any:
    """The answer, or None where there is no such container."""
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status == 404:
        return None
    if answer.status != 200:
        raise ValueError(f"the engine answers {answer.status}")
    return json.loads(body)
