"""Bridges from stdio to Streamable HTTP, each in a container with one server."""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil

from tests.bench.edge.ways import built
from tests.e2e.deployment import BASES, PROJECT, docker
from tests.edge.stack import SERVER, address
from tests.image.playwright_image import OWNED
from tests.waiting import until

STDIO, IMAGE = "mcpier/bench-stdio:latest", "mcpier/bench-bridges:latest"
CONFORMANCE, ECHO = ["conformance-server", "stdio"], ["echo-server", "stdio"]
OURS = "mcpier"
PORT = 8080
MODULES = "/opt/rivals/node_modules"
LISTENING = ["--port", str(PORT), "--host", "0.0.0.0"]
STREAMABLE = ["--outputTransport", "streamableHttp", "--stateful", "--port", str(PORT)]
MIB = 1 << 20


def commands(server: list[str]) -> dict[str, list[str]]:
    """How each bridge is started in front of a server; mcpier's reads it from a variable."""
    npm = ["node", f"{MODULES}/mcp-proxy/dist/bin/mcp-proxy.mjs", *LISTENING, "--server", "stream"]
    gateway = ["node", f"{MODULES}/supergateway/dist/index.js", *STREAMABLE, "--logLevel", "none"]
    return {
        OURS: [],
        "mcp-proxy of npm": [*npm, "--", *server],
        "supergateway": [*gateway, "--stdio", " ".join(server)],
        "mcp-proxy of PyPI": ["/opt/rivals/venv/bin/mcp-proxy", *LISTENING, "--", *server],
    }


@contextmanager
def image(folder: Path) -> Iterator[None]:
    """The image with all of them, which goes again."""
    context = folder / "bridges"
    shutil.copytree(Path(__file__).parent, context)
    shutil.copytree(SERVER, context / "conformance")
    shutil.copy2(built(folder, "echo"), context / "echo")
    try:
        build_stdio()
        build(IMAGE, STDIO, context)
        yield
    finally:
        subprocess.run(["docker", "image", "rm", IMAGE, STDIO], capture_output=True, check=False)


@contextmanager
def bridges(server: list[str]) -> Iterator[Mapping[str, str]]:
    """All bridges in front of a server each, by name: their containers, which listen."""
    variable = f"MCPIER_COMMAND={json.dumps(server)}"
    with ExitStack() as stack:
        found = {}
        for name, command in commands(server).items():
            found[name] = stack.enter_context(running("--env", variable, IMAGE, *command))
        for name, container in found.items():
            listening(container, name)
        yield found


@contextmanager
def without_bridge() -> Iterator[str]:
    """A container with the conformance server over its own Streamable HTTP."""
    with running("--env", "ALLOWED_HOSTS=localhost", IMAGE, CONFORMANCE[0]) as container:
        yield listening(container, "the conformance server")


def memory(container: str) -> float:
    """MiB that the processes of a container hold: their own, and their part of what they share."""
    listed = docker("top", container, "-eo", "pid").split()[1:]
    return sum(psutil.Process(int(pid)).memory_full_info().pss for pid in listed) / MIB


@contextmanager
def running(*words: str) -> Iterator[str]:
    """A container, by docker's words for it; it is taken away again."""
    container = docker("run", "--detach", "--label", OWNED, "--tmpfs", "/tmp", *words).strip()
    try:
        yield container
    finally:
        docker("rm", "--force", container)


def listening(container: str, name: str) -> str:
    """The container, once it listens."""
    until(lambda: _listens(container), 60, f"{name} does not listen")
    return container


def build(tag: str, base: str, context: Path) -> None:
    """Builds an image with the classic builder; RuntimeError with its last lines if it fails."""
    command = ["docker", "build", "--quiet", "--tag", tag, "--build-arg", f"BASE={base}"]
    environ = {**os.environ, "DOCKER_BUILDKIT": "0"}
    done = subprocess.run([*command, str(context)], env=environ, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stdout[-3000:] + done.stderr[-3000:])


def build_stdio() -> None:
    """Builds the image of the type stdio, without packages."""
    build(STDIO, BASES["node"], PROJECT / "image" / "stdio")


def _listens(container: str) -> bool:
    with suppress(OSError), socket.create_connection((address(container), PORT), timeout=1):
        return True
    return False
