"""Completion, by the shells themselves."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from console.pulumi import PROJECT
from tests.e2e.packages import library_path, unpacked_program

# Debian's packages, the shell's own first.
PACKAGES = {
    "bash": ["bash"],
    "zsh": ["zsh"],
    "fish": ["fish", "libpcre2-32-0"],
}


def shell(name: str, *words: str, **environ: str) -> str:
    """What a shell prints in the repository's folder; it must succeed and complain of nothing."""
    program = unpacked_program(name, *PACKAGES[name])
    done = subprocess.run(
        [program, *words],
        cwd=PROJECT,
        env={**os.environ, "LD_LIBRARY_PATH": library_path(program), **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def script(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The script that completes in a shell, as `mcpier --show-completion` prints it."""
    environ = {**os.environ, "_MCPIER_COMPLETE": f"source_{request.param}"}
    made = subprocess.run(
        [Path(sys.executable).parent / "mcpier"], env=environ, capture_output=True, check=True
    )
    file = tmp_path / "completion"
    file.write_bytes(made.stdout)
    return str(file)


@pytest.mark.parametrize(
    ("name", "script"), [(name, name) for name in PACKAGES], indirect=["script"]
)
def test_its_shell_can_read_the_script(name: str, script: str) -> None:
    assert shell(name, "-n", script) == ""


@pytest.mark.parametrize("script", ["fish"], indirect=True)
def test_fish_completes_an_instance(script: str) -> None:
    bin_folder = str(Path(sys.executable).parent)
    path = f"{bin_folder}:{os.environ['PATH']}"
    said = shell(
        "fish", "--no-config", "-c", f'source {script}; complete -C "mcpier restart d"', PATH=path
    )
    assert said.split() == ["demo"]
