"""How much memory containers use, asked of the engine itself.

`docker stats` samples for two seconds; the engine's API answers at once (`one-shot`, since 1.41).
The docker client leads to it, whatever host, context or TLS it is set up for.
"""

import http.client
import json
import logging
import socket
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

API = "/v1.41"
TIMEOUT = 10
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Memory:
    """Bytes: in use, without the cache of files that the kernel drops when it must; and at most."""

    used: int
    limit: int


def memory_of(ids: Iterable[str]) -> dict[str, Memory]:
    """The memory of running containers by id, for those of which the engine tells it."""
    wanted = list(ids)
    if not wanted:
        return {}
    ours, theirs = socket.socketpair()
    command = ["docker", "system", "dial-stdio"]
    _log.info("%s", " ".join(command))
    end, quiet = theirs.fileno(), subprocess.DEVNULL
    with ours, subprocess.Popen(command, stdin=end, stdout=end, stderr=quiet):
        theirs.close()
        ours.settimeout(TIMEOUT)
        connection = http.client.HTTPConnection("docker")
        connection.sock = ours
        try:
            asked = ((id_, _ask(connection, id_)) for id_ in wanted)
            return {id_: memory for id_, memory in asked if memory is not None}
        except (OSError, ValueError, http.client.HTTPException):
            # What it uses is told beside more important things: these are not to be lost with it.
            return {}
        finally:
            connection.close()


def _ask(connection: http.client.HTTPConnection, id_: str) -> Memory | None:
    connection.request("GET", f"{API}/containers/{id_}/stats?stream=false&one-shot=true")
    answer = connection.getresponse()
    told = json.loads(answer.read())
    # It may have ended since.
    return read_memory(told) if answer.status == 200 else None


def read_memory(told: Mapping[str, Any]) -> Memory | None:
    """What the engine's statistics of a container tell of its memory; None if it does not run."""
    memory = told.get("memory_stats") or {}
    if "usage" not in memory:
        return None
    parts = memory.get("stats") or {}
    # By cgroup version: 1, then 2.
    cache = parts.get("total_inactive_file", parts.get("inactive_file", 0))
    return Memory(used=max(0, memory["usage"] - cache), limit=memory["limit"])
