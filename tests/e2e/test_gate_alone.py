"""authgate without mcpier: its README's lines, with names, ports and a base of the tests' own."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from authgate.gate import PATH
from tests.authgate.harness import ALICE, bearer, document, record
from tests.docs.pages import commands_of
from tests.e2e.deployment import BASES, PROJECT, docker, remove_images, sweep
from tests.places import place
from tests.waiting import until

NAME = "e2e-gate"
GATE_PORT = place(NAME).http_port
OPERATIONS_PORT = GATE_PORT + 2
LABEL = f"mcpier.stack={NAME}"
OURS = {
    "docker build --tag authgate": f"docker build --build-arg BASE={BASES['python']} --tag {NAME}",
    "docker run": f"docker run --label {LABEL}",
    "--name authgate": f"--name {NAME}",
    "127.0.0.1:9180-9182": f"127.0.0.1:{GATE_PORT}-{OPERATIONS_PORT}",
    "registry:/registry authgate": f"{NAME}:/registry {NAME}",
}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A copy of `authgate/` with a registry of one instance."""
    sweep(NAME)
    copy = shutil.copytree(PROJECT / "authgate", tmp_path / "authgate")
    (copy / "registry.json").write_bytes(document(record()))
    docker("volume", "create", "--label", LABEL, NAME)
    try:
        yield copy
    finally:
        sweep(NAME)
        remove_images(NAME)


def asked(port: int, path: str, headers: dict[str, str]) -> int:
    """The status of an answer."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status


def ready() -> bool:
    """Whether the gate answers, and finds nothing wrong."""
    # Docker's proxy takes a connection before there is somebody behind it, and breaks it off.
    with suppress(OSError, HTTPException):
        return asked(OPERATIONS_PORT, "/readyz", {}) == 200
    return False


def test_the_readme_s_lines_start_a_gate_that_stands_alone(folder: Path) -> None:
    lines = [command.text for command in commands_of("authgate/README.md")]
    typed = [line for line in lines if line.startswith("docker ")]
    assert len(typed) == 3
    for line in typed:
        for theirs, own in OURS.items():
            line = line.replace(theirs, own)
        environ = os.environ | {"DOCKER_BUILDKIT": "0"}
        subprocess.run(["bash", "-c", line], cwd=folder, env=environ, check=True)
    until(ready, 20, "the gate does not answer")
    forwarded = {"X-Forwarded-Host": "mcp-demo.mcp.example.org", "X-Forwarded-Uri": "/mcp"}
    assert asked(GATE_PORT, PATH, forwarded | bearer(ALICE)) == 204
    assert asked(GATE_PORT, PATH, forwarded | bearer("another-0123456789")) == 401
