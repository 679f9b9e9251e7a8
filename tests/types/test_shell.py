"""The image of the type shell, and what its commands leave behind."""

import json
from collections.abc import Iterator
from typing import Any

import anyio
import pytest

from tests.image.playwright_image import docker
from tests.types.alone import built, connected, logs, running, text, zombies
from tests.waiting import until

pytestmark = pytest.mark.docker
PIDS = 40
LEFT = "sleep 9999"


@pytest.fixture(scope="module")
def shell() -> Iterator[str]:
    """A container of the type that serves."""
    tag = built("shell", "python", "mcpier/test-shell:latest")
    variables = ("--env", "SHELL_TIMEOUT_SECONDS=20")
    places = ("--tmpfs", "/workspace:mode=1777", "--tmpfs", "/tmp", "--pids-limit", str(PIDS))
    with running(tag, *variables, *places) as found:
        until(lambda: "running on http" in logs(found), 30, "the server does not serve")
        yield found


def ran(container: str, *commands: str, seconds: int = 10) -> list[dict[str, Any]]:
    """What became of each command line, one after the other in one session."""

    async def session() -> list[dict[str, Any]]:
        async with connected(container) as client:
            return [
                json.loads(await text(client, "run", command=each, timeout_seconds=seconds))
                for each in commands
            ]

    return anyio.run(session)


def left(container: str) -> list[str]:
    """What runs in it beside the server."""
    _, *shown = docker("top", container, "-eo", "pid,args").splitlines()
    return [each for each in shown if "shell_server.py" not in each]


def test_commands_that_take_too_long_leave_no_zombies(shell: str) -> None:
    many = PIDS // 4
    ended = ran(shell, *[f"{LEFT} & {LEFT} & sh -c '{LEFT} & wait' & wait"] * many, seconds=1)
    assert [each["exit_code"] for each in ended] == [None] * many
    assert (left(shell), zombies(shell)) == ([], "")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (f"setsid {LEFT} > /dev/null 2>&1 & sleep 1", 0),
        (f"setsid sh -c 'setsid {LEFT} & setsid {LEFT}' &", None),
        (f"env -i nohup setsid {LEFT} & exit 3", None),
    ],
)
def test_what_a_command_started_ends_with_it_in_a_session_of_its_own_too(
    shell: str, command: str, code: int | None
) -> None:
    (ended,) = ran(shell, command, seconds=2)
    assert ended["exit_code"] == code
    assert left(shell) == []


def test_a_command_that_stops_what_runs_it_is_ended_all_the_same(shell: str) -> None:
    stopped, after = ran(shell, "kill -STOP $PPID; sleep 60", "echo on", seconds=1)
    assert stopped["exit_code"] is None
    assert after == {"exit_code": 0, "output": "on\n"}
    assert left(shell) == []


def test_a_command_is_told_as_a_shell_would_tell_of_it(shell: str) -> None:
    killed, late, piped = ran(
        shell, "kill -9 $$", "echo now > >(sleep 1; cat)", "set -o pipefail; yes | head -n 1"
    )
    assert killed["exit_code"] == 137
    assert late == {"exit_code": 0, "output": "now\n"}
    assert piped == {"exit_code": 141, "output": "y\n"}


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("absent", "absent: No such file or directory"),
        ("../etc/passwd", "../etc/passwd is not within the workspace"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_the_reason(
    shell: str, path: str, why: str
) -> None:
    async def session() -> str:
        async with connected(shell) as client:
            return await text(client, "read", path=path)

    assert why in anyio.run(session)
