"""What a stdio server says beside its answers reaches the client that it is for, and no other."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import TaskStatus
from mcp import Client, MCPError
from mcp.types import (
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitRequestParams,
    ElicitResult,
    LoggingMessageNotificationParams,
    TextContent,
)

from tests.types.alone import connected, text
from tests.types.bridged import serving, text_again

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("bridge_image")]
TALKATIVE = Path(__file__).parent / "talkative.mjs"
# `legacy` is 2025-11-25, in which a server asks by requests of its own; since then, in its answers.
ERAS = pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
PATIENCE = 20


@pytest.fixture(scope="module")
def talkative() -> Iterator[str]:
    """A container with the talkative server, which listens."""
    with serving(TALKATIVE) as found:
        yield found


async def model(_: object, params: CreateMessageRequestParams) -> CreateMessageResult:
    """A client's model, which knows one thing."""
    (asked,) = params.messages
    assert isinstance(asked.content, TextContent) and asked.content.text == "Capital of France?"
    said = TextContent(text="Paris")
    return CreateMessageResult(role="assistant", content=said, model="a-model")


async def user(_: object, params: ElicitRequestParams) -> ElicitResult:
    """A client's user."""
    assert params.message == "Your name?"
    return ElicitResult(action="accept", content={"name": "Ada"})


def asked(container: str, tool: str, **options: Any) -> dict[str, Any]:
    """What came back to the server that asked its client in the course of a call."""

    async def session() -> str:
        async with connected(container, **options) as client:
            return await text(client, tool)

    answer: dict[str, Any] = json.loads(anyio.run(session))
    return answer


@ERAS
def test_a_server_asks_the_model_of_the_client_that_called(talkative: str, mode: str) -> None:
    answer = asked(talkative, "sample", mode=mode, sampling_callback=model)
    assert (answer["content"]["text"], answer["model"]) == ("Paris", "a-model")


@ERAS
def test_a_server_asks_the_user_of_the_client_that_called(talkative: str, mode: str) -> None:
    answer = asked(talkative, "elicit", mode=mode, elicitation_callback=user)
    assert answer == {"action": "accept", "content": {"name": "Ada"}}


@ERAS
def test_for_a_client_that_takes_no_questions_the_server_gets_an_error(
    talkative: str, mode: str
) -> None:
    assert asked(talkative, "elicit", mode=mode) == {
        "code": -32601,
        "message": "the client does not take elicitation/create",
    }


@ERAS
def test_nobody_is_asked_while_calls_of_two_clients_are_in_hand(talkative: str, mode: str) -> None:
    async def never(_: object, __: object) -> ElicitResult:
        raise AssertionError("a client was asked for another")

    async def session() -> str:
        options = {"mode": mode, "elicitation_callback": never}
        async with connected(talkative, **options) as one, connected(talkative, **options) as other:
            async with anyio.create_task_group() as tasks:
                await tasks.start(lingers, one)
                answer = await text(other, "elicit")
                tasks.cancel_scope.cancel()
            return answer

    message = json.loads(anyio.run(session))["message"]
    assert message == "calls of 2 clients are in hand: nobody can be asked"


async def lingers(client: Client, *, task_status: TaskStatus[None]) -> None:
    """A call that does not end by itself; begun once the server works on it."""

    async def begun(progress: float, total: float | None, message: str | None) -> None:
        task_status.started()

    await client.call_tool("linger", {}, progress_callback=begun)


def test_a_client_is_asked_several_things_in_a_call_and_hears_of_progress_between(
    talkative: str,
) -> None:
    heard: list[float] = []

    async def report(progress: float, total: float | None, message: str | None) -> None:
        heard.append(progress)

    async def session() -> str:
        options = {"mode": "2026-07-28", "elicitation_callback": user}
        async with connected(talkative, **options) as client:
            (part,) = (await client.call_tool("twice", {}, progress_callback=report)).content
            assert isinstance(part, TextContent)
            return part.text

    assert anyio.run(session) == "Ada and Ada"
    assert heard == [1, 2]


def test_an_answer_to_a_server_that_has_ended_does_not_reach_the_next(talkative: str) -> None:
    asked_again, late = anyio.Event(), anyio.Event()

    async def slow(_: object, __: object) -> ElicitResult:
        """The first answer is given once there is a second question, and the second behind it."""
        name = "in time" if late_wanted.pop() else "late"
        if name == "late":
            try:
                await asked_again.wait()
            finally:
                late.set()
        else:
            asked_again.set()
            await late.wait()
            await text(clients[0], "ended")
        return ElicitResult(action="accept", content={"name": name})

    late_wanted, clients = [True, False], list[Client]()

    async def session() -> str:
        async with connected(talkative, mode="legacy", elicitation_callback=slow) as client:
            clients.append(client)
            with pytest.raises(MCPError, match="try again"):
                await client.call_tool("leave", {})
            await text_again(client, "ended")
            return await text(client, "elicit")

    assert json.loads(anyio.run(session))["content"] == {"name": "in time"}


@ERAS
def test_progress_of_a_call_reaches_its_client(talkative: str, mode: str) -> None:
    heard: list[tuple[float, float | None]] = []

    async def report(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, total))

    async def session() -> None:
        async with connected(talkative, mode=mode) as client:
            await client.call_tool("count", {}, progress_callback=report)

    anyio.run(session)
    assert heard == [(1, 3), (2, 3), (3, 3)]


@ERAS
def test_a_call_that_its_client_takes_back_is_ended_in_the_server(
    talkative: str, mode: str
) -> None:
    async def session() -> None:
        async with connected(talkative, mode=mode) as client:
            before = int(await text(client, "ended"))
            async with anyio.create_task_group() as tasks:
                await tasks.start(lingers, client)
                tasks.cancel_scope.cancel()
            with anyio.fail_after(PATIENCE):
                while int(await text(client, "ended")) != before + 1:
                    await anyio.sleep(0.05)

    anyio.run(session)


def test_the_servers_log_reaches_a_client_that_listens(talkative: str) -> None:
    async def session() -> object:
        heard = anyio.Event()
        said: list[object] = []

        async def log(params: LoggingMessageNotificationParams) -> None:
            said.append(params.data)
            heard.set()

        async with connected(talkative, mode="legacy", logging_callback=log) as client:
            with anyio.fail_after(PATIENCE):
                # It comes on the stream that the client opens by itself, some time after it began.
                while not heard.is_set():
                    await text(client, "log")
                    await anyio.sleep(0.05)
        return said[0]

    assert anyio.run(session) == "mind the gap"
