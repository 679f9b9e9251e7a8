"""What a benchmark says where a program is missing."""

from pathlib import Path

import pytest

from tests.bench.programs import require_go, require_package


@pytest.fixture
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one folder on PATH, with nothing in it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_without_go_it_ends_with_one_line_that_says_what_to_install(empty_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        require_go()
    expected = "error: go is not on PATH; install Go 1.22 or later and run this again"
    assert ended.value.code == expected


def test_without_a_program_and_without_apt_it_ends_with_one_line(empty_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        require_package("wrk")
    expected = "error: wrk is not on PATH; install it with this machine's package manager"
    assert ended.value.code == expected


def test_programs_that_are_there_are_taken(empty_path: Path) -> None:
    for name in ("go", "wrk"):
        (empty_path / name).write_text("#!/bin/sh\n")
        (empty_path / name).chmod(0o755)
    require_go()
    require_package("wrk")
