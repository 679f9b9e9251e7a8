"""How a long step is run: what the user sees of it, what stays of it, how it ends."""

import os
from pathlib import Path

import pytest

from toolchain import steps
from toolchain.errors import SetupError


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "step.log"


def shell(script: str) -> list[str]:
    return ["sh", "-c", script]


def ignore(line: str) -> None:
    """For steps that are over before they have anything to say."""


def test_a_steps_output_is_kept_in_its_log(log: Path) -> None:
    steps.run_step("a step", shell("echo out; echo err >&2"), log, ignore, {})
    steps.run_step("a step", shell('echo "$COLOUR"'), log, ignore, {"COLOUR": "blue"})
    assert log.read_text() == "out\nerr\nblue\n"


def test_a_failed_step_shows_its_last_twenty_lines_and_where_the_rest_is(log: Path) -> None:
    log.write_text("of an earlier step\n")
    with pytest.raises(SetupError) as caught:
        steps.run_step("a step", shell("seq 30; exit 3"), log, ignore, {})
    shown = [f"    {number}" for number in range(11, 31)]
    assert caught.value.what.splitlines() == [
        "a step failed with exit code 3; its last lines:",
        *shown,
    ]
    assert str(log) in caught.value.remedy


def test_a_failed_step_shows_no_line_of_the_step_before(log: Path) -> None:
    log.write_text("of an earlier step\n")
    with pytest.raises(SetupError) as caught:
        steps.run_step("a step", shell("echo mine; exit 1"), log, ignore, {})
    assert caught.value.what.splitlines()[1:] == ["    mine"]


def test_a_missing_program_is_named(log: Path) -> None:
    with pytest.raises(SetupError, match="a step needs the program no-such-program"):
        steps.run_step("a step", ["no-such-program"], log, ignore, {})


def test_a_long_step_tells_its_last_line_while_it_runs(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "HEARTBEAT_SECONDS", 0.05)
    heard = tmp_path / "heard"

    def hear(line: str) -> None:
        if line.endswith(": unpacking"):
            heard.touch()

    script = f'echo unpacking; until [ -e "{heard}" ]; do sleep 0.01; done'
    steps.run_step("a step", shell(script), log, hear, {})
    assert heard.exists()


def test_an_interrupted_step_leaves_no_process_behind(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "HEARTBEAT_SECONDS", 0.05)

    def interrupt(line: str) -> None:
        if log.read_text().endswith("\n"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        steps.run_step("a step", shell("echo $$; exec sleep 600"), log, interrupt, {})
    with pytest.raises(ProcessLookupError):
        os.kill(int(log.read_text()), 0)


def test_the_cache_follows_the_users_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert steps.cache_dir() == tmp_path / "mcpier"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert steps.cache_dir() == tmp_path / ".cache" / "mcpier"
