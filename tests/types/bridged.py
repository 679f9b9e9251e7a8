"""Containers of the type stdio as a deploy starts them, asked past the edge."""

import json
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import anyio
from mcp import Client, MCPError
from mcp.types import TextContent

from tests.e2e.deployment import BASES, PROJECT
from tests.image.playwright_image import OWNED, docker
from tests.waiting import until

TAG = "mcpier/test-stdio:latest"
RUDE = Path(__file__).parent / "rude.mjs"
MEMORY = 300


def build(*options: str) -> subprocess.CompletedProcess[str]:
    """Builds the image with the classic builder."""
    command = ["docker", "build", "--build-arg", f"BASE={BASES['node']}", "--tag", *options]
    return subprocess.run(
        [*command, str(PROJECT / "image" / "stdio")],
        env={**os.environ, "DOCKER_BUILDKIT": "0"},
        capture_output=True,
        text=True,
        check=False,
    )


def start(*command: str) -> str:
    """A container with that server; it has to be taken away."""
    locked = ["--read-only", "--cap-drop", "ALL", "--tmpfs", "/tmp", "--memory", f"{MEMORY}m"]
    variable = f"MCPIER_COMMAND={json.dumps(command)}"
    return docker("run", "-d", "--label", OWNED, *locked, "--env", variable, TAG)


@contextmanager
def serving(script: Path) -> Iterator[str]:
    """A container with a server of one script for Node, once the bridge listens."""
    found = start("node", "--input-type=module", "-e", script.read_text())
    try:
        until(lambda: "serving" in logs(found), 30, "the bridge does not serve")
        yield found
    finally:
        docker("rm", "--force", found)


def logs(container: str) -> str:
    """All that a container has printed."""
    done = subprocess.run(["docker", "logs", container], capture_output=True, text=True)
    return done.stdout + done.stderr


@asynccontextmanager
async def connected(container: str, **options: Any) -> AsyncIterator[Client]:
    """A session with the bridge, past the edge; `options` are those of the SDK's client."""
    form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    address = docker("inspect", "--format", form, container).strip()
    async with Client(f"http://{address}:8080/mcp", **options) as client:
        yield client


async def text(client: Client, tool: str) -> str:
    """What a tool answers."""
    result = await client.call_tool(tool, {})
    (part,) = result.content
    assert isinstance(part, TextContent)
    return part.text


async def text_again(client: Client, tool: str) -> str:
    """The answer of the server that was started in place of one that ended."""
    with anyio.fail_after(20):
        while True:
            try:
                return await text(client, tool)
            except MCPError as error:
                assert "try again" in error.message
                await anyio.sleep(0.1)
    raise AssertionError
