"""Stand-ins for the external programs that the command line runs: pulumi and docker."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

# Answers from files named after the program and its first arguments that are no options. Docker's
# context is its own, and asking for it asks no engine: that is no call.
PROGRAM = """#!/bin/sh
program=${0##*/}
[ "$1" != context ] || exit 0
echo "$program $*" >> "$ANSWERS/calls"
for answer in "$ANSWERS/$program $1 $2" "$ANSWERS/$program $1 $2 $3"; do
    [ ! -e "$answer.out" ] || cat "$answer.out"
    [ ! -e "$answer.err" ] || { cat "$answer.err" >&2; exit 255; }
done
"""


class Programs:
    """Fake `pulumi` and `docker` on PATH, which note their calls and answer what a test says."""

    def __init__(self, folder: Path) -> None:
        self.answers = folder / "answers"
        self.bin = folder / "bin"
        self.answers.mkdir()
        self.bin.mkdir()
        for name in ("pulumi", "docker"):
            program = self.bin / name
            program.write_text(PROGRAM)
            program.chmod(0o755)

    def answer(self, call: str, value: Any) -> None:
        """What a call prints: text as it is, anything else as JSON."""
        text = value if isinstance(value, str) else json.dumps(value)
        (self.answers / f"{call}.out").write_text(text)

    def fail(self, call: str, message: str) -> None:
        """What a call says when it ends with exit code 255."""
        (self.answers / f"{call}.err").write_text(message + "\n")

    def calls(self, program: str) -> list[str]:
        """The calls of a program so far."""
        noted = self.answers / "calls"
        lines = noted.read_text().splitlines() if noted.exists() else []
        return [line for line in lines if line.startswith(f"{program} ")]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    """An empty backend in a folder of the test's own, and both programs before all others."""
    programs = Programs(tmp_path)
    monkeypatch.setenv("PATH", f"{programs.bin}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("ANSWERS", str(programs.answers))
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path}")
    programs.answer("pulumi stack export", {"deployment": {"resources": []}})
    programs.answer("docker container inspect", [])
    programs.answer("docker image inspect", [])
    programs.answer("docker run --rm", {"refused": "", "settings": {}})
    programs.answer("docker system info", {"DockerRootDir": "/var/lib/elsewhere"})
    return programs
