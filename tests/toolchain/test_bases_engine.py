"""What the docker client says of base images is told apart from what it says of itself."""

import os
from pathlib import Path

import pytest

from toolchain.bases import BASES, standin
from toolchain.bases.engine import present_images
from toolchain.bases.plan import Present
from toolchain.errors import SetupError

WARNING = "WARNING: Error loading config file: /root/.docker/config.json: permission denied"
SHOWN = '"sha256:1"\\t["a:1"]\\tnull'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder before all others on PATH."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def client(folder: Path, code: int, *said: str) -> None:
    """A docker client that has an image a:1, ends with `code` and says this on stderr."""
    lines = "".join(f"echo '{line}' >&2\n" for line in said)
    program = folder / "docker"
    program.write_text(f"#!/bin/sh\nprintf '{SHOWN}\\n'\n{lines}exit {code}\n")
    program.chmod(0o755)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (0, [WARNING]),
        (0, ["something new that a client says"]),
        (1, [WARNING, "Error: No such image: b:1"]),
        (1, ["Error: No such image: b:1", WARNING]),
    ],
)
def test_what_a_client_warns_of_is_no_silent_engine(
    folder: Path, code: int, said: list[str]
) -> None:
    client(folder, code, *said)
    assert present_images(["a:1", "b:1"]) == {"a:1": Present("sha256:1", None)}


def test_an_engine_that_does_not_answer_is_told_in_the_clients_words(folder: Path) -> None:
    client(folder, 1, WARNING, "Cannot connect to the Docker daemon")
    with pytest.raises(SetupError) as caught:
        present_images(["a:1"])
    assert caught.value.what == (
        "the Docker engine does not answer: Cannot connect to the Docker daemon"
    )


def test_who_may_not_build_a_stand_in_is_told_to_build_it_alone_as_root(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client(folder, 0)
    monkeypatch.setattr(standin, "_require_same_architecture", lambda: None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    job = standin.Job(BASES[0], "sha256:1", (), folder / "context", folder / "log", print)
    with pytest.raises(SetupError) as caught:
        standin.build(job)
    assert caught.value.remedy == (
        "type once: sudo python3 -m toolchain bases (or tag an image of your own: "
        f"docker tag IMAGE {BASES[0].tag})"
    )
