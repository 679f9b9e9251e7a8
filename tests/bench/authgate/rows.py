"""What is asked of what: the rows of the benchmark."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

from authgate.gate import PATH
from authgate.settings import GATE_PORT
from tests.authgate.harness import ALICE
from tests.bench.authgate.load import Load
from tests.bench.authgate.parts import BARE, GATES, Parts
from tests.bench.authgate.routes import BUSY, EDGES, FLOOR, HELD, HOST

BEARER = f"Authorization: Bearer {ALICE}"
WRONG = "Authorization: Bearer nope-0123456789"
BASIC = f"Authorization: Basic {b64encode(b'alice:alice').decode()}"
# What Traefik adds to the headers that it forwards (tried: Traefik 3.7.15).
FORWARDED = (
    "X-Forwarded-For: 198.51.100.7",
    "X-Forwarded-Host: %s",
    "X-Forwarded-Method: POST",
    "X-Forwarded-Port: 443",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Server: bench",
    "X-Forwarded-Uri: /mcp",
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A load, and the process whose cost it is."""

    name: str
    load: Load
    asked: psutil.Process | None = None


def rows(parts: Parts) -> list[Row]:
    """Every row: those through Traefik, then those that ask a gate or the floor itself."""
    return [*_edge_rows(parts), *_direct_rows(parts)]


def _edge_rows(parts: Parts) -> Iterator[Row]:
    asked = {"gate": parts.gates[BUSY], "floor": parts.floor}

    def row(edge: str, what: str, **load: int) -> Row:
        url = f"http://127.0.0.1:{EDGES[edge]}/mcp"
        denied = what == "denied"
        right = BASIC if edge == "basic" else BEARER
        headers = ["Host: %s", WRONG if denied else right]
        wanted = Load(url=url, host=HOST, headers=headers, allowed=not denied, **load)
        return Row(name=f"{edge} {what}", load=wanted, asked=asked.get(edge.removesuffix(HELD)))

    for edge in EDGES:
        yield row(edge, "8 instances", instances=BUSY)
        yield row(edge, "1 instance")
        if edge.endswith(HELD):
            continue
        yield row(edge, "1 connection", connections=1)
        if edge != "none":
            yield row(edge, "denied")


def _direct_rows(parts: Parts) -> Iterator[Row]:
    def row(what: str, size: int, instances: int = 1, allowed: bool = True) -> Row:
        url = f"http://{GATES[size]}:{GATE_PORT}{PATH}"
        headers = [*FORWARDED, BEARER if allowed else WRONG]
        load = Load(url=url, host=HOST, headers=headers, instances=instances, allowed=allowed)
        return Row(name=f"direct {what}", load=load, asked=parts.gates[size])

    yield row("allowed", BUSY)
    yield row("denied", BUSY, allowed=False)
    yield row("1 of 1000", 1_000)
    yield row("1 of 10000", 10_000)
    yield row("all of 10000", 10_000, instances=10_000)
    for name, address, process in (("bare", BARE, parts.bare), ("floor", FLOOR, parts.floor)):
        load = Load(url=f"http://{address}{PATH}", host=HOST, headers=[*FORWARDED, BEARER])
        yield Row(name=f"direct {name}", load=load, asked=process)
