"""`python3 -m toolchain`: which steps it takes, and what it becomes afterwards."""

import os
import shutil
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


def test_an_older_python_is_told_before_anything_is_read_that_it_cannot_read() -> None:
    older = (
        "import runpy, sys; sys.version_info = (3, 9, 2); sys.version = '3.9.2 (main)'; "
        "sys.modules['toolchain.bases'] = None; runpy.run_module('toolchain', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", older], cwd=PROJECT, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"error: Python 3.11 or later is needed; {sys.executable} is 3.9.2\n"
        "  → install a newer python3, and see that it stands first on PATH\n"
    )


@pytest.mark.parametrize("program", ["toolchain", "console"])
def test_a_stack_file_that_is_no_utf_8_is_named(program: str, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    for part in ("console", "components", "toolchain"):
        shutil.copytree(PROJECT / part, checkout / part)
    (checkout / "stacks").mkdir()
    (checkout / "stacks" / "Pulumi.dev.yaml").write_bytes(b"# gr\xfc\xdfe\n")
    words = {
        "toolchain": ["-m", "toolchain", "env", "dev"],
        "console": ["-c", "from console.app import main; main()", "status"],
    }[program]
    environ = {**os.environ, "PYTHONPATH": ""}
    done = subprocess.run(
        [sys.executable, *words], cwd=checkout, env=environ, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: stacks/Pulumi.dev.yaml: expected UTF-8, found 0xfc as byte 4\n"
        "  → save it as UTF-8, and run this again\n"
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
