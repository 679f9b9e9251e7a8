"""Containers of the type stdio without a stack."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
from mcp import Client, MCPError

from tests.image.playwright_image import docker
from tests.types import alone
from tests.types.alone import logs, text
from tests.waiting import until

TAG = "mcpier/test-stdio:latest"
RUDE = Path(__file__).parent / "rude.mjs"
MEMORY = 300


def start(*command: str) -> str:
    """A container with that server; it has to be taken away."""
    variable = f"MCPIER_COMMAND={json.dumps(command)}"
    limits = ("--tmpfs", "/tmp", "--memory", f"{MEMORY}m")
    return alone.start(TAG, *limits, "--env", variable)


@contextmanager
def serving(script: Path) -> Iterator[str]:
    """A container with a server of one script for Node, once the bridge listens."""
    found = start("node", "--input-type=module", "-e", script.read_text())
    try:
        until(lambda: "serving" in logs(found), 30, "the bridge does not serve")
        yield found
    finally:
        docker("rm", "--force", found)


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
