"""Every type, asked by a real client through the edge."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.types import TextContent

from tests.e2e.deployment import Deployment, docker
from tests.types.conftest import Connect, container, first_up
from tests.types.types_stack import STACK

pytestmark = pytest.mark.docker
# The image has no pkill; the brackets keep this line from being one of those that it ends.
KILL = """for each in /proc/[0-9]*; do
    if tr '\\0' ' ' < $each/cmdline | grep -q mcp-server-tim[e]; then kill -9 ${each#/proc/}; fi
done"""
CONTAINERS = ("every", "ready", "clock", "shell", "books", "books_database", "hello", "seen")


def ask(connected: Connect, instance: str, talk: Callable[[Client], Awaitable[Any]]) -> Any:
    """What is said in one session with an instance."""

    async def session() -> Any:
        async with connected(instance) as client:
            return await talk(client)

    return anyio.run(session)


async def call(client: Client, tool: str, **arguments: Any) -> str:
    """A tool's text."""
    result = await client.call_tool(tool, arguments)
    text = "\n".join(part.text for part in result.content if isinstance(part, TextContent))
    assert not result.is_error, text
    return text


@pytest.mark.parametrize("instance", ["every", "ready"])
def test_the_reference_server_answers_as_its_own_type_and_as_a_ready_image(
    connected: Connect, instance: str
) -> None:
    assert ask(connected, instance, lambda it: call(it, "echo", message="hi")) == "Echo: hi"


def test_a_stdio_server_from_a_package_answers(connected: Connect) -> None:
    shown = ask(connected, "clock", lambda it: call(it, "get_current_time", timezone="UTC"))
    assert '"timezone": "UTC"' in shown


def test_a_stdio_server_that_is_killed_is_there_again_for_the_same_session(
    connected: Connect,
) -> None:
    async def talk(client: Client) -> str:
        await call(client, "get_current_time", timezone="UTC")
        docker("exec", f"mcpier-{STACK}-mcp-clock", "sh", "-c", KILL)
        with anyio.fail_after(30):
            while True:
                try:
                    return await call(client, "get_current_time", timezone="UTC")
                except Exception as error:
                    assert "try again" in str(error)
                    await anyio.sleep(0.2)
        raise AssertionError

    assert "datetime" in ask(connected, "clock", talk)


def test_what_an_unpinned_package_came_to_is_said(deployment: Deployment) -> None:
    said = first_up(deployment)
    assert "packages.pip[0]: mcp-server-time names no version" in said
    assert "its packages came to pip mcp-server-time==" in said


def test_the_shell_keeps_files_and_reaches_nobody(connected: Connect) -> None:
    async def talk(client: Client) -> list[str]:
        await call(client, "write", path="notes/a.txt", content="kept")
        return [
            await call(client, "read", path="notes/a.txt"),
            await call(client, "run", command="cat notes/a.txt; exit 3"),
            await call(client, "run", command="curl -sS -m 3 http://1.1.1.1", timeout_seconds=10),
            await call(client, "run", command="sleep 60", timeout_seconds=1),
            await call(client, "run", command="head -c 3000000 /dev/zero | tr '\\0' x"),
        ]

    read, ran, outside, slow, long = ask(connected, "shell", talk)
    assert read == "kept"
    assert '"exit_code": 3' in ran and "kept" in ran
    assert '"exit_code": 0' not in outside and "curl: (" in outside
    assert '"exit_code": null' in slow
    assert "bytes left out" in long and len(long) < 300_000


def test_a_path_out_of_the_workspace_is_refused(connected: Connect) -> None:
    result = ask(connected, "shell", lambda it: it.call_tool("read", {"path": "../etc/passwd"}))
    assert result.is_error


def test_the_database_is_written_and_read_and_a_query_changes_nothing(connected: Connect) -> None:
    async def talk(client: Client) -> tuple[str, str, bool]:
        await call(client, "execute", sql="CREATE TABLE IF NOT EXISTS book (title text)")
        await call(
            client, "execute", sql="INSERT INTO book VALUES (%s)", parameters=["Middlemarch"]
        )
        rows = await call(client, "query", sql="SELECT title FROM book WHERE title LIKE 'M%'")
        refused = await client.call_tool("query", {"sql": "DELETE FROM book"})
        return rows, await call(client, "tables"), refused.is_error

    rows, tables, refused = ask(connected, "books", talk)
    assert "Middlemarch" in rows
    assert "public.book" in tables and "title text" in tables
    assert refused


def test_the_database_is_on_the_private_network_alone(deployment: Deployment) -> None:
    assert set(container("books_database")["NetworkSettings"]["Networks"]) == {
        f"mcpier-{STACK}-mcp-books"
    }


def test_the_type_of_the_page_about_adding_one_serves(connected: Connect) -> None:
    greeting = ask(connected, "hello", lambda it: call(it, "greet", name="Ada"))
    assert greeting == "Good morning, Ada!"


@pytest.mark.parametrize("part", CONTAINERS)
def test_each_container_is_locked_down(deployment: Deployment, part: str) -> None:
    found = container(part)
    host = found["HostConfig"]
    assert found["Config"]["User"] == "1000"
    assert host["ReadonlyRootfs"] is True
    assert (host["CapDrop"], host["CapAdd"]) == (["ALL"], None)
    assert "no-new-privileges:true" in host["SecurityOpt"]
    assert min(host["Memory"], host["PidsLimit"], host["NanoCpus"]) > 0


def test_the_second_deploy_changes_nothing(deployment: Deployment) -> None:
    shown = deployment.pulumi("preview", "--expect-no-changes", "--stack", STACK)
    assert shown.returncode == 0, shown.stdout


def test_no_type_breaks_a_rule_of_the_policy_pack_but_by_what_it_leaves_open(
    deployment: Deployment,
) -> None:
    shown = deployment.pulumi("preview", "--policy-pack", "policy", "--stack", STACK)
    said = " ".join(shown.stdout.split())
    found = re.findall(r"label traefik\.http\.routers\.(\S+)\.service: expected", said)
    assert sorted(found) == ["hook-open", "hook-seen", "mcp-open"], shown.stdout
    assert set(re.findall(r"\[mandatory\] (\S+)", said)) == {"gated-router"}
