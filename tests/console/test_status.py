"""What a status says of containers, beside what the stack's file says of them."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from rich.console import Console

from components.core.model import StackSpec
from components.core.parse import parse
from components.core.parse_type import parse_type
from components.core.parts import platform_parts
from components.instance_types import load_types
from console.memory import Memory, read_memory
from console.pulumi import PROJECT
from console.status import Row, Status, describe
from console.status_json import as_json
from console.status_table import render, short

VERDICT = (
    '{"healthy": false, "uptime": 5, "failing": {"chromium": "no answer", "mcp": "refused"}}\n'
)


@pytest.fixture
def spec() -> StackSpec:
    """Two instances that run, and one that is stopped."""
    entry = {"type": "playwright"}
    instances = {"a": entry, "b": entry, "idle": {**entry, "state": "stopped"}}
    config = {"domain": "mcp.example.org", "instances": instances}
    return parse("dev", config, load_types(PROJECT))


def inspected(part: str, **changes: Any) -> dict[str, Any]:
    """A healthy container of the stack, as the engine inspects it."""
    state = {
        "Status": "running",
        "Running": True,
        "StartedAt": "2026-11-22T23:50:12.123456789Z",
        "Health": {"Status": "healthy", "Log": [{"Output": "fine"}]},
    }
    id_ = part.removeprefix("mcp-")
    labels = {"mcpier.role": "instance", "mcpier.instance": id_, "mcpier.type": "playwright"}
    return {
        "Id": f"id-{part}",
        "Name": f"/mcpier-dev-{part}",
        "State": state | changes,
        "RestartCount": 0,
        "Config": {"Labels": labels},
    }


@pytest.fixture
def look(spec: StackSpec) -> Callable[..., Status]:
    """The status of a stack whose platform is well, with these containers beside it."""

    def look(*containers: dict[str, Any]) -> Status:
        platform = [inspected(part) for part in platform_parts(spec)]
        found = {each["Id"]: each for each in [*platform, *containers]}
        return describe(spec, found, {"id-mcp-a": Memory(used=1 << 20, limit=1 << 30)})

    return look


DATABASE = {
    "description": "A server with a database.",
    "build": {"base": "python"},
    "endpoints": {"mcp": {"path": "/mcp"}},
    "health": {"check": "mcp"},
    "sidecars": {
        "database": {
            "image": "postgres@sha256:" + "0" * 64,
            "health": {"check": "tcp", "port": 5432},
        }
    },
}


@pytest.fixture
def beside() -> Callable[..., Row]:
    """The row of an instance with a side container, where the engine has these containers."""
    kind = parse_type("data", "image/data", DATABASE, "0" * 64)
    config = {"domain": "mcp.example.org", "instances": {"a": {"type": "data"}}}
    spec = parse("dev", config, [kind])

    def beside(*containers: dict[str, Any]) -> Row:
        (row,) = describe(spec, {each["Id"]: each for each in containers}, {}).instances
        return row

    return beside


def rows(status: Status) -> dict[str, Row]:
    return {row.name: row for row in status.instances}


def test_all_is_well_where_what_shall_run_is_healthy(look: Callable[..., Status]) -> None:
    status = look(inspected("mcp-a"), inspected("mcp-b"))
    assert status.well
    a = rows(status)["a"]
    assert (a.state, a.health, a.memory) == (
        "running",
        "healthy",
        Memory(used=1 << 20, limit=1 << 30),
    )
    assert a.urls["vncUrl"] == "https://vnc-a.mcp.example.org/"
    assert a.started_at is not None and a.started_at.microsecond == 123456
    assert rows(status)["idle"].state == "absent"


@pytest.mark.parametrize(
    ("state", "drift"),
    [
        ({"Status": "exited", "Running": False}, "stands still; make up STACK=dev starts it"),
        ({"Status": "restarting"}, "it ends again and again; see: mcpier logs a --stack dev"),
    ],
)
def test_what_does_not_run_is_drift(
    look: Callable[..., Status], state: dict[str, Any], drift: str
) -> None:
    status = look(inspected("mcp-a", **state), inspected("mcp-b"))
    assert (rows(status)["a"].drift, rows(status)["a"].health, status.well) == (drift, None, False)


def test_what_the_file_does_not_want_is_drift(look: Callable[..., Status]) -> None:
    stray, idle = inspected("mcp-stray"), inspected("mcp-idle")
    found = rows(look(inspected("mcp-a"), stray, idle))
    said = "its container is not in the file; make up STACK=dev removes it"
    assert (found["stray"].wanted, found["stray"].drift) == ("absent", said)
    assert found["idle"].drift == said
    assert found["b"].drift == "not deployed; make up STACK=dev makes it"


@pytest.mark.parametrize(
    ("printed", "failing"),
    [
        (VERDICT, {"chromium": "no answer", "mcp": "refused"}),
        ("curl: (7) refused\nlast line\n", {"health check": "last line"}),
        ("", {"health check": "it says nothing"}),
        ("[1]", {"health check": "[1]"}),
    ],
)
def test_the_failing_part_is_named_as_the_health_check_names_it(
    look: Callable[..., Status], printed: str, failing: dict[str, str]
) -> None:
    health = {"Status": "unhealthy", "Log": [{"Output": "fine"}, {"Output": printed}]}
    a = rows(look(inspected("mcp-a", Health=health)))["a"]
    assert (a.failing, a.well) == (failing, False)


def test_a_platform_part_that_is_gone_is_not_well(spec: StackSpec) -> None:
    status = describe(spec, {}, {})
    assert [row.name for row in status.platform] == list(platform_parts(spec))
    assert {row.drift for row in status.platform} == {"not deployed; make up STACK=dev makes it"}
    assert as_json(status)["platform"]["traefik"]["state"] == "absent"


def test_the_table_tells_below_what_there_is_to_do(look: Callable[..., Status]) -> None:
    health = {"Status": "unhealthy", "Log": [{"Output": VERDICT}]}
    out = io.StringIO()
    status = look(inspected("mcp-a", Health=health))
    Console(width=200, file=out).print(render(status, ["an update runs"]))
    text = out.getvalue()
    assert "unhealthy: chromium, mcp" in text
    assert "an update runs" in text
    assert "b: not deployed; make up STACK=dev makes it" in text
    assert "a: chromium: no answer" in text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (59, "59s"), (130, "2m 10s"), (90_000, "1d 1h"), (86_400 * 400, "400d 0h")],
)
def test_spans_are_told_in_two_units(seconds: int, text: str) -> None:
    assert short(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("stats", "used"), [({"total_inactive_file": 40}, 60), ({"inactive_file": 30}, 70), ({}, 100)]
)
def test_the_cache_of_files_does_not_count_as_memory(stats: dict[str, int], used: int) -> None:
    told = {"memory_stats": {"usage": 100, "limit": 200, "stats": stats}}
    assert read_memory(told) == Memory(used=used, limit=200)
    assert read_memory({"memory_stats": {}}) is None


def test_side_containers_are_told_with_their_instance(beside: Callable[..., Row]) -> None:
    row = beside(inspected("mcp-a"), inspected("mcp-a_database"))
    assert [(each.name, each.state, each.well) for each in row.beside] == [
        ("a database", "running", True)
    ]
    document = as_json(Status(stack="dev", instances=(row,), platform=()))
    assert document["instances"]["a"]["beside"]["database"]["health"] == "healthy"


def test_a_side_container_that_is_gone_or_not_in_the_file_is_drift(
    beside: Callable[..., Row],
) -> None:
    row = beside(inspected("mcp-a"), inspected("mcp-a_cache"))
    assert row.well
    assert {each.name: each.drift for each in row.beside} == {
        "a cache": "its container is not in the file; make up STACK=dev removes it",
        "a database": "not deployed; make up STACK=dev makes it",
    }
    assert not Status(stack="dev", instances=(row,), platform=()).well
