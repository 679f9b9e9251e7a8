"""Locks: those of the dead are cancelled, those of the living respected."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.errors import ConsoleError
from console.locks import Lock, release_dead_locks
from console.pulumi import Pulumi
from tests.console.conftest import Programs

HERE = socket.gethostname()
SINCE = "2026-11-22T10:00:00Z"


@pytest.fixture
def pulumi(programs: Programs) -> Pulumi:
    return Pulumi.of("dev")


@pytest.fixture
def dead() -> int:
    """The id of a process that is gone."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture(params=["pulumi", ".pulumi-wrapped"])
def living(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    """The id of a process that is called as pulumi is, wrapped or not, and waits for its end."""
    program = tmp_path / request.param
    program.symlink_to("/bin/cat")
    process = subprocess.Popen([program], stdin=subprocess.PIPE)
    yield process.pid
    process.communicate()


def hold(tmp_path: Path, pid: int, *, host: str = HERE, stack: str = "dev") -> None:
    file = tmp_path / ".pulumi" / "locks" / "organization" / "mcpier" / stack / f"{pid}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"pid": pid, "hostname": host, "timestamp": SINCE}))


@pytest.mark.parametrize("written", ["", '{"pid": 1', "[]"])
def test_a_lock_that_was_half_written_is_named_with_what_removes_it(
    tmp_path: Path, pulumi: Pulumi, written: str
) -> None:
    hold(tmp_path, 1)
    (file,) = tmp_path.rglob("1.json")
    file.write_text(written)
    with pytest.raises(ConsoleError) as caught:
        release_dead_locks(pulumi)
    assert caught.value.what.startswith(f"the lock {file} cannot be read: ")
    assert str(caught.value).endswith(f"see that no pulumi runs, then type: rm {file}")


def test_a_holder_that_is_gone_is_dead(dead: int) -> None:
    assert Lock(pid=dead, host=HERE, since=SINCE).dead


def test_a_process_that_is_something_else_by_now_is_no_holder() -> None:
    assert Lock(pid=os.getpid(), host=HERE, since=SINCE).dead


def test_a_pulumi_that_runs_is_alive(living: int) -> None:
    assert not Lock(pid=living, host=HERE, since=SINCE).dead


def test_of_another_host_nobody_is_known_to_be_dead(dead: int) -> None:
    assert not Lock(pid=dead, host="elsewhere", since=SINCE).dead


def test_the_lock_of_a_dead_process_is_cancelled_with_a_line_saying_so(
    pulumi: Pulumi,
    programs: Programs,
    tmp_path: Path,
    dead: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    hold(tmp_path, dead)
    assert release_dead_locks(pulumi)
    assert programs.calls("pulumi") == ["pulumi cancel --yes --stack dev --non-interactive"]
    assert f"process {dead} was killed half-way" in capsys.readouterr().out


def test_where_somebody_is_at_work_nothing_is_cancelled(
    pulumi: Pulumi, programs: Programs, tmp_path: Path, dead: int, living: int
) -> None:
    hold(tmp_path, dead)
    hold(tmp_path, living)
    with pytest.raises(ConsoleError) as caught:
        release_dead_locks(pulumi)
    assert str(caught.value) == (
        f"another update of stack dev is running: process {living} on {HERE}, since {SINCE}\n"
        "  → wait until it ends; if it hangs, stop it and run this again"
    )
    assert programs.calls("pulumi") == []


def test_the_lock_of_a_host_that_may_be_gone_is_told_with_how_to_cancel_it(
    pulumi: Pulumi, programs: Programs, tmp_path: Path, dead: int
) -> None:
    hold(tmp_path, dead, host="elsewhere")
    with pytest.raises(ConsoleError) as caught:
        release_dead_locks(pulumi)
    assert caught.value.remedy == (
        "wait until it ends; if it hangs, stop it there; if elsewhere is gone, type: "
        'eval "$(make -s env STACK=dev)" && pulumi cancel --yes --stack dev'
    )
    assert programs.calls("pulumi") == []


@pytest.mark.parametrize("place", ["no lock at all", "another stack's", "another backend's"])
def test_what_is_not_this_stacks_lock_is_left_alone(
    place: str,
    pulumi: Pulumi,
    programs: Programs,
    tmp_path: Path,
    dead: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if place == "another stack's":
        hold(tmp_path, dead, stack="other")
    if place == "another backend's":
        hold(tmp_path, dead)
        monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://bucket")
        pulumi = Pulumi.of("dev")
    assert not release_dead_locks(pulumi)
    assert programs.calls("pulumi") == []


def test_a_relative_backend_begins_in_the_projects_folder(
    programs: Programs, tmp_path: Path, dead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.locks.PROJECT", tmp_path)
    monkeypatch.setenv("PULUMI_BACKEND_URL", "file://./state?metadata=skip")
    hold(tmp_path / "state", dead)
    assert release_dead_locks(Pulumi.of("dev"))


def test_the_projects_backend_is_asked_where_no_other_is_named(
    programs: Programs, tmp_path: Path, dead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PULUMI_BACKEND_URL")
    monkeypatch.setenv("HOME", str(tmp_path))
    hold(tmp_path, dead)
    assert release_dead_locks(Pulumi.of("dev"))
