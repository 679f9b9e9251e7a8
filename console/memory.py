"""How much memory containers use.

Where the engine runs on this machine, the kernel tells at once. Elsewhere the engine is asked, over
the docker client's own way to it, whatever host, context or TLS that is set up for: `docker stats`
samples for two seconds, and `one-shot` answers at the next of the engine's own samples (20.10: each
second), or at once.
"""

import http.client
import json
import logging
import socket
import subprocess
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

API = "/v1.41"
TIMEOUT = 5
AT_ONCE = 16
CGROUPS = Path("/sys/fs/cgroup")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Memory:
    """Bytes: in use, without the cache of files that the kernel drops when it must; and at most."""

    used: int
    limit: int


def memory_of(containers: Iterable[Mapping[str, Any]]) -> dict[str, Memory]:
    """The memory of running containers, as inspected, by id; of some it may not be known."""
    running = list(containers)
    here = {found["Id"]: memory for found in running if (memory := _local(found)) is not None}
    others = [found["Id"] for found in running if found["Id"] not in here]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = zip(others, pool.map(_ask, others), strict=True)
        return here | {id_: memory for id_, memory in asked if memory is not None}


def _local(container: Mapping[str, Any]) -> Memory | None:
    """What the kernel here says; None if the container's process is not of this machine."""
    try:
        lines = Path(f"/proc/{container['State']['Pid']}/cgroup").read_text("utf-8").splitlines()
        groups = {kinds: path for _, kinds, path in (line.split(":", 2) for line in lines)}
        version_1 = "memory" in groups
        group = groups["memory"] if version_1 else groups[""]
        if container["Id"] not in group:
            return None
        root = CGROUPS / "memory" if version_1 else CGROUPS
        folder = root / group.removeprefix("/")
        used = folder / ("memory.usage_in_bytes" if version_1 else "memory.current")
        stats = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
        usage, limit = int(used.read_text()), int(container["HostConfig"]["Memory"])
    except (OSError, ValueError, KeyError):
        return None
    return _memory(usage, limit, {name: int(value) for name, value in stats.items()})


def _ask(id_: str) -> Memory | None:
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
            connection.request("GET", f"{API}/containers/{id_}/stats?stream=false&one-shot=true")
            answer = connection.getresponse()
            told = json.loads(answer.read())
            # It may have ended since.
            return read_memory(told) if answer.status == 200 else None
        except (OSError, ValueError, http.client.HTTPException):
            # It is told beside more important things, which are not to be lost with it.
            return None
        finally:
            connection.close()


def read_memory(told: Mapping[str, Any]) -> Memory | None:
    """What the engine's statistics of a container tell of its memory; None if it does not run."""
    memory = told.get("memory_stats") or {}
    if "usage" not in memory:
        return None
    return _memory(memory["usage"], memory["limit"], memory.get("stats") or {})


def _memory(usage: int, limit: int, stats: Mapping[str, int]) -> Memory:
    # By cgroup version: 1, then 2.
    cache = stats.get("total_inactive_file", stats.get("inactive_file", 0))
    return Memory(used=max(0, usage - cache), limit=limit)
