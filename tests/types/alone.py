"""Containers of one type without a stack: as a deploy starts them, asked past the edge."""

import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from mcp import Client
from mcp.types import TextContent

from tests.e2e.deployment import BASES, PROJECT
from tests.image.playwright_image import OWNED, docker

# What a deploy gives to every container.
LOCKED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")


def build(folder: str, base: str, tag: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Builds the image of a folder of `image/` with the classic builder."""
    command = ["docker", "build", "--build-arg", f"BASE={BASES[base]}", "--tag", tag, *options]
    return subprocess.run(
        [*command, str(PROJECT / "image" / folder)],
        env={**os.environ, "DOCKER_BUILDKIT": "0"},
        capture_output=True,
        text=True,
        check=False,
    )


def built(folder: str, base: str, tag: str) -> str:
    """The tag of an image that could be built."""
    done = build(folder, base, tag)
    assert done.returncode == 0, done.stdout + done.stderr
    return tag


def start(tag: str, *options: str) -> str:
    """A container of that image; it has to be taken away."""
    return docker("run", "--detach", "--label", OWNED, *LOCKED, *options, tag)


@contextmanager
def running(tag: str, *options: str) -> Iterator[str]:
    """A container of that image, while it is needed."""
    found = start(tag, *options)
    try:
        yield found
    finally:
        docker("rm", "--force", "--volumes", found)


def logs(container: str) -> str:
    """All that a container has printed."""
    return docker("logs", container)


def zombies(container: str) -> str:
    """Those that have ended there and that nobody has waited for; `docker top` leaves them out."""
    command = "grep -l '^State:.Z' /proc/[0-9]*/status || true"
    return docker("exec", container, "sh", "-c", command)


@asynccontextmanager
async def connected(container: str, **options: Any) -> AsyncIterator[Client]:
    """A session with a container; `options` are those of the SDK's client."""
    form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    address = docker("inspect", "--format", form, container).strip()
    async with Client(f"http://{address}:8080/mcp", **options) as client:
        yield client


async def text(client: Client, tool: str, **arguments: Any) -> str:
    """What a tool answers."""
    result = await client.call_tool(tool, arguments)
    (part,) = result.content
    assert isinstance(part, TextContent)
    return part.text
