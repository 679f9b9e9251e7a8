"""The image of the type stdio, with servers that have no manners."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import MCPError

from tests.image.playwright_image import docker
from tests.types.alone import build, connected, logs, text, zombies
from tests.types.bridged import RUDE, TAG, serving, start, text_again
from tests.waiting import until

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("bridge_image")]
BEGINS_ONCE = Path(__file__).parent / "begins_once.mjs"
SHORT_LIVED = Path(__file__).parent / "short_lived.mjs"


@pytest.fixture
def rude() -> Iterator[str]:
    """A container with the rude server, which listens."""
    with serving(RUDE) as found:
        yield found


def test_a_server_that_ends_is_answered_for_and_there_again(rude: str) -> None:
    async def session() -> tuple[str, Any, str]:
        async with connected(rude) as client:
            before = await text(client, "echo")
            with pytest.raises(MCPError) as caught:
                await client.call_tool("die", {})
            return before, caught.value.error, await text_again(client, "echo")

    before, error, after = anyio.run(session)
    assert (error.code, error.message) == (-32603, "node ended (exit code 3); try again")
    assert before != after


@pytest.mark.parametrize("tool", ["orphan", "daemon"])
def test_a_server_whose_output_somebody_holds_is_answered_for_all_the_same(
    rude: str, tool: str
) -> None:
    async def session() -> None:
        async with connected(rude) as client:
            with anyio.fail_after(10), pytest.raises(MCPError, match="code 3"):
                await client.call_tool(tool, {})
            assert await text_again(client, "echo")

    anyio.run(session)
    assert ("sleep 9999" in docker("top", rude)) == (tool == "daemon")
    assert zombies(rude) == ""


def test_what_a_server_wrote_before_it_ended_is_read_though_somebody_holds_its_output(
    rude: str,
) -> None:
    async def session() -> str:
        async with connected(rude) as client:
            # The client asks for the tools after its first call.
            await text(client, "echo")
            return await text(client, "testament")

    assert anyio.run(session) == "my last"


def test_a_stop_waits_for_nobody_who_holds_the_servers_output(rude: str) -> None:
    async def session() -> str:
        async with connected(rude) as client:
            return await text(client, "helped")

    assert anyio.run(session) == "helped"
    docker("stop", "--timeout", "30", rude)
    assert docker("inspect", "--format", "{{.State.ExitCode}}", rude) == "0"


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
            return await text_again(client, "echo")

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
    command: list[str], reason: str
) -> None:
    found = start(*command)
    try:
        assert docker("wait", found).strip() == "1"
        assert reason in logs(found)
    finally:
        docker("rm", "--force", found)


def test_a_server_that_begins_its_session_and_ends_is_given_up() -> None:
    found = start("node", "--input-type=module", "-e", SHORT_LIVED.read_text())
    try:
        state = "{{.State.Status}} {{.State.ExitCode}}"
        until(lambda: docker("inspect", "--format", state, found) == "exited 1", 30, "it goes on")
        assert "node ended 5 times without an answer: exit code 4" in logs(found)
    finally:
        docker("rm", "--force", found)


def test_a_server_that_does_not_begin_again_is_ended_and_given_up() -> None:
    script = BEGINS_ONCE.read_text()
    run = ("run", "--rm", "--entrypoint", "node", TAG, "--input-type=module", "-e", script)
    assert docker(*run).splitlines()[-1] == "node ended 5 times without an answer: SIGKILL"


def test_a_package_that_there_is_not_is_named_by_the_build() -> None:
    package = "@modelcontextprotocol/server-everything@0.0.0"
    done = build(
        "stdio", "node", "mcpier/test-stdio:none", "--build-arg", f"NPM_PACKAGES={package}"
    )
    assert done.returncode != 0
    said = f"mcpier: npm could not install: {package}. Is each name right"
    assert said in done.stdout + done.stderr
