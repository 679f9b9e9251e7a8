"""Looking at a deployed stack, and switching its instances by hand."""

import json
import os
import pty
import select
import subprocess
from contextlib import suppress

import httpx2
import pytest

from console import memory
from console.docker import inspect_containers
from tests.cli.clients import opened, status
from tests.cli.operator import Operator
from tests.cli.stack import DOMAIN, HTTPS_PORT, STACK, container
from tests.e2e.deployment import docker
from tests.processes import ended
from tests.waiting import until

URL = f"https://mcp-echo.{DOMAIN}:{HTTPS_PORT}/mcp"


def test_status_shows_every_instance_and_part_as_it_is(operator: Operator) -> None:
    seen = operator.json("status")
    echo = seen["instances"]["echo"]
    assert (echo["state"], echo["health"], echo["drift"]) == ("running", "healthy", None)
    assert echo["mcpUrl"] == URL
    assert 1 << 20 < echo["memory"]["used"] < echo["memory"]["limit"] == 128 << 20
    assert seen["instances"]["resting"]["state"] == "absent"
    assert {part: row["health"] for part, row in seen["platform"].items()} == dict.fromkeys(
        (
            "traefik",
            "authgate",
            "socket-proxy",
            "portal",
            "docker-reader",
            "prometheus",
            "exporter",
        ),
        "healthy",
    )
    assert seen["well"]
    assert operator.types("status").returncode == 0


def test_the_engine_tells_of_memory_what_the_kernel_here_tells(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = memory.memory_of(inspect_containers(STACK).values())
    monkeypatch.setattr(memory, "_local", lambda _: None)
    elsewhere = memory.memory_of(inspect_containers(STACK).values())
    assert here.keys() == elsewhere.keys()
    assert len(here) == 8
    for id_, told in here.items():
        assert told.limit == elsewhere[id_].limit
        assert abs(told.used - elsewhere[id_].used) < 16 << 20


def test_the_table_has_a_line_for_each_and_the_urls_whole(operator: Operator) -> None:
    table = operator.done("status")
    (echo,) = [line for line in table.splitlines() if line.startswith("echo")]
    for cell in (
        "running",
        "healthy",
        "/128 MiB",
        URL,
    ):
        assert cell in echo
    (resting,) = [line for line in table.splitlines() if line.startswith("resting")]
    assert "stopped" in resting


def test_an_instance_stopped_by_hand_is_drift_until_it_is_started(
    operator: Operator, ca: str
) -> None:
    client = operator.json("connect", "echo", "--token", "alice")
    assert "make" not in operator.types("status").stdout
    said = operator.done("stop", "echo")
    assert "to keep it stopped write state: stopped" in said
    try:
        seen = operator.types("status")
        assert seen.returncode == 1
        assert f"echo: stands still; make up STACK={STACK} starts it" in seen.stdout
        (drift,) = operator.json("doctor")["containers are as declared"]
        assert drift["what"] == f"container {container('mcp-echo')}: stands still"
        until(lambda: status(client, ca) == 503, 10, "the edge still leads to what was stopped")
    finally:
        said = operator.done("start", "echo")
    assert said.startswith("echo is healthy after ")
    until(lambda: status(client, ca) == 200, 10, "the edge does not lead to what was started")


def test_a_restart_ends_open_streams_and_waits_until_the_instance_is_healthy(
    operator: Operator, ca: str
) -> None:
    client = operator.json("connect", "echo", "--token", "alice")
    before = operator.json("status")["instances"]["echo"]["startedAt"]
    with opened(client, ca, "/stream") as stream:
        events = stream.iter_raw()
        assert next(events).startswith(b"data: ")
        assert operator.json("restart", "echo")["state"] == "running"
        # It would go on without end.
        with suppress(httpx2.RemoteProtocolError):
            list(events)
    after = operator.json("status")["instances"]["echo"]
    assert after["health"] == "healthy"
    assert after["startedAt"] > before


def test_an_unhealthy_instance_is_named_with_what_its_check_says(operator: Operator) -> None:
    docker("exec", container("mcp-echo"), "rm", "/run/echo/healthy")
    try:

        def row() -> dict[str, object]:
            found: dict[str, object] = operator.json("status")["instances"]["echo"]
            return found

        until(lambda: row()["health"] == "unhealthy", 20, "its health check still passes")
        assert row()["failing"] == {"health check": "it says nothing"}
        assert "echo: health check: it says nothing" in operator.types("status").stdout
    finally:
        operator.done("restart", "echo")


def test_what_is_gone_is_said_to_be_made_again_by_a_deploy(operator: Operator) -> None:
    refused = operator.types("start", "resting")
    assert refused.returncode == 1
    assert "the file says that resting is stopped" in refused.stderr
    assert f"make up STACK={STACK}" in refused.stderr


@pytest.mark.parametrize(
    "words", [("logs", "ehco"), ("restart", "ehco"), ("stop", "ehco"), ("token", "list", "ehco")]
)
def test_an_unknown_instance_is_told_with_the_nearest(operator: Operator, words: list[str]) -> None:
    refused = operator.types(*words)
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        f"error: stack {STACK} has no instance ehco",
        "  → did you mean echo?",
    ]


@pytest.mark.parametrize("words", [["status"], ["logs", "echo"], ["restart", "echo"]])
def test_a_stopped_daemon_is_one_message(operator: Operator, words: list[str]) -> None:
    refused = operator.types(*words, DOCKER_HOST="unix:///nowhere.sock")
    assert refused.returncode == 1
    assert refused.stderr.startswith("error: docker container ls failed: ")
    assert refused.stderr.endswith("one where it can\n")


def test_logs_tell_of_an_instance_and_of_a_part_of_the_platform(operator: Operator) -> None:
    line = json.loads(operator.done("logs", "authgate", "--tail", "1", "--json"))
    assert set(line) == {"time", "part", "text"}
    assert "Traefik version 3" in operator.done("logs", "traefik")
    assert operator.types("logs", "resting").stderr.startswith("error: resting has no container\n")


def test_logs_that_are_followed_end_with_ctrl_c(operator: Operator) -> None:
    command = [".venv/bin/mcpier", "logs", "-f", "traefik", "--tail", "1", "--stack", STACK]
    with ended(
        subprocess.Popen(
            command,
            cwd=operator.deployment.directory,
            env=dict(operator.deployment.environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    ) as following:
        assert following.stdout is not None
        assert following.stdout.readline()
        following.send_signal(2)
        _, said = following.communicate(timeout=10)
    assert "Traceback" not in said


def test_a_watched_status_fills_the_terminal_and_ends_with_ctrl_c(operator: Operator) -> None:
    ours, theirs = pty.openpty()
    command = [".venv/bin/mcpier", "status", "--watch", "--stack", STACK]
    environ = {**operator.deployment.environ, "TERM": "xterm", "COLUMNS": "160", "LINES": "40"}
    watching = subprocess.Popen(
        command,
        cwd=operator.deployment.directory,
        env=environ,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    seen = b""

    def terminal_has(text: bytes) -> bool:
        nonlocal seen
        if select.select([ours], [], [], 0)[0]:
            with suppress(OSError):
                seen += os.read(ours, 65536)
        return text in seen

    def ended() -> bool:
        # A terminal that nobody reads is full at once: its program would wait to say the last.
        terminal_has(b"")
        return watching.poll() is not None

    try:
        until(lambda: terminal_has(b"healthy"), 20, "no instance is shown")
        watching.send_signal(2)
        until(ended, 10, "it does not end")
    finally:
        watching.kill()
        watching.wait(timeout=10)
    os.close(ours)
    assert watching.returncode == 0
    assert b"mcp-echo.cli.mcpier.localhost" in seen
    assert b"\x1b[?1049h" in seen
    assert b"Traceback" not in seen
