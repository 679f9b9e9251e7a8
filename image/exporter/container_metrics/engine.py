"""What the engine tells of a stack's containers, by way of the socket-proxy."""

import http.client
import json
import re
import socket
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

TIMEOUT = 5.0
# An engine of 20.10 tells what a container uses at the next of its own samples, one a second; many
# wait side by side. The socket-proxy takes a few more (haproxy.cfg).
AT_ONCE = 96
RUNNING = "running"
# What a deploy runs for a moment.
HELPER = "helper"
# What a check prints is the container's invention, and each name in it a series of its own.
PROGRAM = re.compile(r"[a-z0-9-]{1,32}")
MOST_PROGRAMS = 32
OTHER = "other"


class EngineTrouble(Exception):
    """The engine cannot be asked; the text says why."""


@dataclass(frozen=True)
class Usage:
    """What a container uses: memory and its limit in bytes, processor time in seconds.

    Memory is without the cache of files that the kernel drops when it must.
    """

    memory: int
    limit: int
    cpu: float
    pids: int


@dataclass(frozen=True)
class Container:
    """One container; `part` is its name behind the stack's.

    `health` is None where it has no check; `failing` is what its last check names, in a few words
    of its own at most. `started` is in seconds since 1970, `usage` None of one that does not run.
    """

    part: str
    role: str
    instance: str
    type: str
    state: str
    health: str | None
    failing: tuple[str, ...]
    restarts: int
    started: float
    usage: Usage | None


class Engine:
    """Asks over a unix socket."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._programs: dict[str, set[str]] = defaultdict(set)

    def containers(self) -> list[Container]:
        """The stack's containers, sorted by part; raises EngineTrouble."""
        listed = self._ask("/containers/json") or []
        lasting = [found for found in listed if found["Labels"].get("mcpier.role") != HELPER]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = [each for each in pool.map(self._look_at, lasting) if each is not None]
        return sorted(found, key=lambda container: container.part)

    def _look_at(self, listed: Mapping[str, Any]) -> Container | None:
        told = self._ask(f"/containers/{listed['Id']}/json")
        if told is None:
            return None
        runs = listed["State"] == RUNNING
        used = self._ask(f"/containers/{listed['Id']}/stats") if runs else None
        try:
            found = _container(listed, told, used or {})
        except (ValueError, KeyError, TypeError, IndexError) as error:
            name = listed["Names"]
            raise EngineTrouble(f"what is told of {name} is not understood: {error!r}") from error
        return replace(found, failing=self._bounded(found))

    def _bounded(self, container: Container) -> tuple[str, ...]:
        """The failing programs by names of which each container has so many, then only `other`."""
        known = self._programs[container.part]
        for name in container.failing:
            if len(known) < MOST_PROGRAMS and PROGRAM.fullmatch(name):
                known.add(name)
        return tuple(sorted({name if name in known else OTHER for name in container.failing}))

    def _ask(self, path: str) -> Any:
        """What it answers; None of a container that has gone since it was listed."""
        connection = _UnixConnection(self._path)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            if answer.status == http.client.NOT_FOUND:
                return None
            if answer.status != http.client.OK:
                raise EngineTrouble(f"{path} is answered with {answer.status}")
            return json.load(answer)
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise EngineTrouble(f"the socket-proxy does not answer: {error}") from error
        finally:
            connection.close()


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("docker", timeout=TIMEOUT)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(TIMEOUT)
        self.sock.connect(self._path)


def _container(
    listed: Mapping[str, Any], told: Mapping[str, Any], used: Mapping[str, Any]
) -> Container:
    labels = listed["Labels"]
    return Container(
        part=listed["Names"][0].removeprefix(f"/mcpier-{labels['mcpier.stack']}-"),
        role=labels["mcpier.role"],
        instance=labels.get("mcpier.instance", ""),
        type=labels.get("mcpier.type", ""),
        state=listed["State"],
        health=told["health"] or None,
        failing=tuple(_failing(told)),
        restarts=int(told["restarts"]),
        started=datetime.fromisoformat(told["started"]).timestamp(),
        usage=_usage(used),
    )


def _failing(told: Mapping[str, Any]) -> Iterator[str]:
    """The programs that an unhealthy container's last check names: `{"failing": {name: why}}`."""
    said = [each for each in told["said"] if each]
    if told["health"] == "healthy" or not said:
        return
    try:
        named = json.loads(said[-1].strip().partition("\n")[0])["failing"]
        yield from map(str, named)
    except (ValueError, KeyError, TypeError, RecursionError):
        return


def _usage(told: Mapping[str, Any]) -> Usage | None:
    memory = told.get("memory_stats") or {}
    if "usage" not in memory:
        return None
    stats = memory.get("stats") or {}
    # By cgroup version: 1, then 2.
    cache = stats.get("total_inactive_file", stats.get("inactive_file", 0))
    return Usage(
        memory=max(0, memory["usage"] - cache),
        limit=memory["limit"],
        cpu=told["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9,
        pids=(told.get("pids_stats") or {}).get("current", 0),
    )
