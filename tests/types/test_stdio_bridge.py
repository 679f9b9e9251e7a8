"""The image of the type stdio, with servers that have no manners."""

import json
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, MCPError
from mcp.types import TextContent

from tests.e2e.deployment import BASES, PROJECT
from tests.image.playwright_image import OWNED, docker
from tests.waiting import until

pytestmark = pytest.mark.docker
TAG = "mcpier/test-stdio:latest"
RUDE = Path(__file__).parent / "rude.mjs"
MEMORY = 300


@pytest.fixture(scope="module")
def image() -> str:
    """The image without any packages."""
    build(TAG)
    return TAG


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


def start(image: str, *command: str) -> str:
    """A container as a deploy starts it."""
    locked = ["--read-only", "--cap-drop", "ALL", "--tmpfs", "/tmp", "--memory", f"{MEMORY}m"]
    variable = f"MCPIER_COMMAND={json.dumps(command)}"
    return docker("run", "-d", "--label", OWNED, *locked, "--env", variable, image)


@pytest.fixture
def rude(image: str) -> Iterator[str]:
    """A container with the rude server, which listens."""
    found = start(image, "node", "--input-type=module", "-e", RUDE.read_text())
    try:
        until(lambda: "serving" in logs(found), 30, "the bridge does not serve")
        yield found
    finally:
        docker("rm", "--force", found)


def logs(container: str) -> str:
    done = subprocess.run(["docker", "logs", container], capture_output=True, text=True)
    return done.stdout + done.stderr


@asynccontextmanager
async def connected(container: str) -> AsyncIterator[Client]:
    """A session with the bridge, past the edge."""
    form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    address = docker("inspect", "--format", form, container).strip()
    async with Client(f"http://{address}:8080/mcp") as client:
        yield client


async def text(client: Client, tool: str) -> str:
    result = await client.call_tool(tool, {})
    (part,) = result.content
    assert isinstance(part, TextContent)
    return part.text


async def text_again(client: Client) -> str:
    """The answer of the server that was started in place of one that ended."""
    with anyio.fail_after(20):
        while True:
            try:
                return await text(client, "echo")
            except MCPError as error:
                assert "try again" in error.message
                await anyio.sleep(0.1)
    raise AssertionError


def test_a_server_that_ends_is_answered_for_and_there_again(rude: str) -> None:
    async def session() -> tuple[str, Any, str]:
        async with connected(rude) as client:
            before = await text(client, "echo")
            with pytest.raises(MCPError) as caught:
                await client.call_tool("die", {})
            return before, caught.value.error, await text_again(client)

    before, error, after = anyio.run(session)
    assert (error.code, error.message) == (-32603, "node ended (exit code 3); try again")
    assert before != after


def test_garbage_is_dropped_and_the_log_stays_short(rude: str) -> None:
    async def session() -> str:
        async with connected(rude) as client:
            return await text(client, "garbage")

    assert anyio.run(session) == "done"
    assert len(logs(rude)) < 20_000
    assert "what is no message: Welcome! This is not JSON." in logs(rude)


def test_a_line_without_an_end_ends_the_server_and_not_the_bridge(rude: str) -> None:
    async def session() -> str:
        async with connected(rude) as client:
            with pytest.raises(MCPError, match="try again"):
                await client.call_tool("flood", {})
            return await text_again(client)

    assert anyio.run(session)
    assert "a line of more than 48 MiB" in logs(rude)
    assert docker(
        "inspect", "--format", "{{.RestartCount}} {{.State.OOMKilled}}", rude
    ).strip() == ("0 false")


def test_a_call_that_is_never_answered_holds_up_no_other(rude: str) -> None:
    async def session() -> str:
        async with connected(rude) as client, connected(rude) as other:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(client.call_tool, "silent", {})
                answered = await text(other, "echo")
                tasks.cancel_scope.cancel()
            return answered

    assert anyio.run(session)


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (["sh", "-c", "exit 7"], "sh does not initialize: sh ended (exit code 7)"),
        (["no-such-program"], "no-such-program does not initialize: no-such-program ended (spawn"),
    ],
)
def test_a_command_that_cannot_serve_ends_the_container_with_the_reason(
    image: str, command: list[str], reason: str
) -> None:
    found = start(image, *command)
    try:
        assert docker("wait", found).strip() == "1"
        assert reason in logs(found)
    finally:
        docker("rm", "--force", found)


def test_a_package_that_there_is_not_is_named_by_the_build() -> None:
    package = "@modelcontextprotocol/server-everything@0.0.0"
    done = build("mcpier/test-stdio:none", "--build-arg", f"NPM_PACKAGES={package}")
    assert done.returncode != 0
    said = f"mcpier: npm could not install: {package}. Is each name right"
    assert said in done.stdout + done.stderr
