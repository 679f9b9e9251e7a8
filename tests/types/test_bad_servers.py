"""Instances of the type stdio that cannot serve: a deploy names them; their siblings serve on."""

from collections.abc import Iterator
from typing import Any

import anyio
import pytest
from mcp import Client

from tests.e2e.deployment import Deployment, docker
from tests.types.bridged import RUDE
from tests.types.conftest import connector, container
from tests.types.types_stack import STACK, config, page_config

pytestmark = pytest.mark.docker
NO_SUCH = "@modelcontextprotocol/server-everything@0.0.0"
MEMORY = 300
FLOODS = 3


@pytest.fixture(autouse=True)
def healed(deployment: Deployment) -> Iterator[None]:
    """Whatever failed: the next deploy is a good one, and no sibling was touched."""
    before = siblings()
    yield
    deployment.write(config(page_config()))
    up = deployment.make_target("up")
    assert up.returncode == 0, up.stdout
    assert siblings() == before


def siblings() -> dict[str, str]:
    """When each container of the stack's good instances was started."""
    parts = ("every", "clock", "shell", "books", "hello")
    return {part: container(part)["State"]["StartedAt"] for part in parts}


def deploy(deployment: Deployment, **bad: dict[str, Any]) -> tuple[int, str]:
    """Exit status and output of a deploy with further instances of the type stdio."""
    changed = config(page_config())
    kinds = {name: {"type": "stdio", "tokens": ["alice"], **its} for name, its in bad.items()}
    changed["mcpier:instances"] |= kinds
    deployment.write(changed)
    up = deployment.make_target("up")
    return up.returncode, up.stdout


@pytest.mark.soak
def test_a_package_that_there_is_not_is_named_with_its_instance(deployment: Deployment) -> None:
    status, said = deploy(
        deployment, absent={"packages": {"npm": [NO_SUCH]}, "command": ["mcp-server-everything"]}
    )
    assert status != 0
    assert "instance absent" in said
    assert f"mcpier: npm could not install: {NO_SUCH}. Is each name right" in said


def test_a_command_that_ends_at_once_is_named_with_its_exit_code(deployment: Deployment) -> None:
    status, said = deploy(deployment, ending={"command": ["sh", "-c", "exit 7"]})
    assert status != 0
    assert "Instance ending did not become healthy" in said
    assert "sh does not initialize: sh ended (exit code 7)" in said


@pytest.mark.soak
def test_a_server_that_floods_stays_within_its_memory_and_its_siblings_answer(
    deployment: Deployment,
) -> None:
    # A stack file takes no line ends within a command.
    script = " ".join(line for line in RUDE.read_text().splitlines() if not line.startswith("//"))
    command = ["node", "--input-type=module", "-e", script]
    status, said = deploy(deployment, flooding={"command": command, "memory": MEMORY})
    assert status == 0, said
    connected = connector(deployment.outputs())

    async def session() -> None:
        async with connected("flooding") as rude, connected("every") as sibling:
            for _ in range(FLOODS):
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(refused, rude)
                    for number in range(20):
                        answer = await sibling.call_tool("echo", {"message": str(number)})
                        assert not answer.is_error

    async def refused(client: Client) -> None:
        with pytest.raises(Exception, match="try again"):
            await client.call_tool("flood", {})

    anyio.run(session)
    form = "{{.RestartCount}} {{.State.OOMKilled}}"
    assert docker("inspect", "--format", form, f"mcpier-{STACK}-mcp-flooding") == "0 false\n"
