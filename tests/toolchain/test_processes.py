"""Whether a process lives is known even where /proc does not show it."""

import os
from pathlib import Path

import pytest

from toolchain import processes
from toolchain.processes import runs

NEVER = 4194305  # above the highest process id of Linux


@pytest.fixture
def hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A /proc that shows no process."""
    monkeypatch.setattr(processes, "PROC", tmp_path)


@pytest.mark.usefixtures("hidden")
def test_a_process_that_proc_does_not_show_lives_if_it_can_be_asked() -> None:
    assert runs(os.getpid(), "pulumi")
    assert not runs(NEVER, "pulumi")


@pytest.mark.usefixtures("hidden")
def test_a_hidden_process_of_another_user_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pid: int, number: int) -> None:
        raise PermissionError(pid, number)

    monkeypatch.setattr(os, "kill", refuse)
    assert runs(NEVER, "pulumi")


@pytest.mark.parametrize(
    ("stat", "alive"),
    [
        ("7 (pulumi) S 1 7", True),
        ("7 (.pulumi-wrapped) R 1 7", True),
        ("7 (pulumi) Z 1 7", False),
        ("7 (a pulumi) Z) S 1 7", True),
        ("7 (bash) S 1 7", False),
    ],
)
def test_a_process_is_known_by_its_name_and_its_state(
    stat: str, alive: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "PROC", tmp_path)
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "stat").write_text(stat)
    assert runs(7, "pulumi") is alive
