"""The gate's image as it ships, and containers on the host's network.

The shipped image brings Debian's Python, which is built with profile-guided optimization: the
interpreter of the checkout need not be, and then asks a quarter more CPU for the same request.
"""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from components.settings import PROJECT

GATE_IMAGE = "mcpier/bench-authgate:latest"
_BASE = os.environ.get("MCPIER_BASE_PYTHON", "mcpier/base-python:3.11-bookworm")


def build_gate() -> None:
    """Builds `authgate/` as a stack does."""
    build = ["build", "--force-rm", "--build-arg", f"BASE={_BASE}", "--tag", GATE_IMAGE]
    _docker(*build, str(PROJECT / "authgate"))


@contextmanager
def container(
    image: str, command: Sequence[str], *options: str, sees: Sequence[Path] = ()
) -> Iterator[psutil.Process]:
    """A container's first process, of the user who runs the benchmark; ended on leaving.

    It `sees` files and folders of the host under their own paths, and may write to them.
    """
    mounts = [f"--mount=type=bind,source={path},target={path}" for path in sees]
    user = f"--user={os.getuid()}:{os.getgid()}"
    run = ["run", "--rm", "--detach", "--network=host", user, *mounts, *options]
    name = _docker(*run, image, *command)
    try:
        yield psutil.Process(int(_docker("inspect", "--format={{.State.Pid}}", name)))
    finally:
        _docker("rm", "--force", name)


def _docker(*words: str) -> str:
    """What a docker command prints; the classic builder needs no plug-in."""
    done = subprocess.run(
        ["docker", *words],
        env=os.environ | {"DOCKER_BUILDKIT": "0"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout.strip()
