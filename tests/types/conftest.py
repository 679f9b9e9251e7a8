"""The stack with every type, which the folder shares."""

import json
import os
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.e2e.deployment import BASES, Deployment, docker, taken_away
from tests.e2e.served import localhost_names
from tests.types import bridged
from tests.types.alone import built
from tests.types.seen_types import add_types
from tests.types.types_stack import PROJECT, READY, STACK, config, page_config, page_files

Connect = Callable[[str], AbstractAsyncContextManager[Client]]
FIRST_UP = "first-up.log"


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A stack that is up, with the type of docs/adding-a-type.md from a folder beside it."""
    build_ready()
    files = page_files()
    directory = tmp_path_factory.mktemp("types")
    for name, text in files.items():
        if name != "stack":
            (directory / name).parent.mkdir(exist_ok=True)
            (directory / name).write_text(text)
    made = Deployment.make(directory, STACK, config(page_config()))
    add_types(made.directory / "image")
    try:
        with taken_away(made, "mcpier/greeter", "mcpier/seen", "mcpier/open"):
            up = made.make_target("up", timeout=900)
            assert up.returncode == 0, up.stdout
            (directory / FIRST_UP).write_text(up.stdout)
            yield made
    finally:
        subprocess.run(["docker", "image", "rm", READY], capture_output=True, check=False)


@pytest.fixture(scope="session")
def outputs(deployment: Deployment) -> dict[str, Any]:
    """The stack's outputs, secrets and all."""
    return deployment.outputs()


@pytest.fixture(scope="session")
def connected(outputs: dict[str, Any]) -> Connect:
    """Opens an MCP session with an instance, on the official SDK, through the whole edge."""
    return connector(outputs)


@pytest.fixture(scope="session")
def bridge_image() -> None:
    """The image of the type stdio without any packages, as `tests.types.bridged` runs it."""
    built("stdio", "node", bridged.TAG)


@pytest.fixture(scope="session", autouse=True)
def resolved_names() -> Iterator[None]:
    """Names of `*.localhost` resolve."""
    with localhost_names():
        yield


def connector(outputs: dict[str, Any]) -> Connect:
    """What opens a session with any instance of the stack whose outputs these are."""
    trust = ssl.create_default_context(cadata=outputs["ca"])

    @asynccontextmanager
    async def connect(instance: str) -> AsyncIterator[Client]:
        known = outputs["clients"][instance]["alice"]
        http = httpx2.AsyncClient(headers=known["headers"], verify=trust, timeout=60)
        transport = streamable_http_client(known["url"], http_client=http)
        async with http, Client(transport) as client:
            yield client

    return connect


def build_ready() -> None:
    """An image that is there before the deploy, as one from a registry would be."""
    folder = PROJECT / "image" / "everything"
    command = ["docker", "build", "--quiet", "--tag", READY]
    subprocess.run(
        [*command, "--build-arg", f"BASE={BASES['node']}", str(folder)],
        env={**os.environ, "DOCKER_BUILDKIT": "0"},
        check=True,
        capture_output=True,
    )


def container(part: str) -> dict[str, Any]:
    """What the engine says of a container of the stack."""
    found: dict[str, Any] = json.loads(docker("inspect", f"mcpier-{STACK}-mcp-{part}"))[0]
    return found


def first_up(deployment: Deployment) -> str:
    """What the first deploy printed."""
    return Path(deployment.directory.parent, FIRST_UP).read_text()
