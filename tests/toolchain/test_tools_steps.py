"""`python3 -m toolchain`: which steps it takes, and what it becomes afterwards."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def answering_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `docker` whose engine answers."""
    program = tmp_path / "docker"
    program.write_text("#!/bin/sh\necho 20.10\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")


def toolchain(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "toolchain", *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("steps", [["engin"], ["engine", "engin"]])
def test_an_unknown_step_is_named_before_any_is_taken(steps: list[str]) -> None:
    done = toolchain(*steps, "--", "echo", "ran")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: there is no step engin\n  → name some of: engine, python, tools, bases\n"
    )


@pytest.mark.usefixtures("answering_engine")
def test_a_step_is_told_with_its_seconds() -> None:
    done = toolchain("engine")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("✓ engine ")
    assert done.stderr.endswith(" s\n")


@pytest.mark.usefixtures("answering_engine")
def test_the_command_behind_the_steps_is_what_it_becomes() -> None:
    done = toolchain("engine", "--", "sh", "-c", 'echo "$@"; exit 7', "sh", "a b", "--", "c")
    assert (done.returncode, done.stdout) == (7, "a b -- c\n")


@pytest.mark.usefixtures("answering_engine")
def test_the_command_knows_the_seconds_of_each_step() -> None:
    done = toolchain("engine", "--", "sh", "-c", 'echo "$MCPIER_PHASES"')
    name, _, seconds = done.stdout.strip().partition("=")
    assert name == "engine"
    assert float(seconds) >= 0


def test_a_step_that_cannot_be_done_ends_in_one_message_and_no_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", "tcp://elsewhere")
    done = toolchain("engine", "--", "/bin/echo", "ran")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: the docker client, by which tcp://elsewhere is asked, is not on PATH\n"
        "  → install it (Debian: apt-get install docker.io)\n"
    )


def test_what_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    cache.write_text("a file where a folder must be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setenv("PATH", str(tmp_path))
    done = toolchain("tools")
    assert done.returncode == 1
    assert str(cache) in done.stderr
    assert done.stderr.endswith("  → see that it can be written, and run this again\n")
    assert "Traceback" not in done.stderr
