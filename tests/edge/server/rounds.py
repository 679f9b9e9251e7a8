"""What the suite asks of 2026-07-28: answers that need input first, and what a request declares."""

from typing import Any

import mcp_types as types
from mcp.server.subscriptions import InMemorySubscriptionBus
from mcp.shared.exceptions import MCPError
from mcp.shared.subscriptions import PromptsListChanged, ToolsListChanged

from .toolbox import Answer, Context, fields, said
from .tools import TEXT, TOOLS, log

BUS = InMemorySubscriptionBus()
Params = types.CallToolRequestParams
Asking = Params | types.GetPromptRequestParams
TOOL = "test_input_required_result_"


def form(message: str, **properties: dict[str, Any]) -> types.ElicitRequest:
    """A form for the client's user."""
    asked = types.ElicitRequestFormParams(message=message, requested_schema=fields(**properties))
    return types.ElicitRequest(params=asked)


def model(question: str, tokens: int) -> types.CreateMessageRequest:
    """A question to the client's model."""
    message = types.SamplingMessage(role="user", content=types.TextContent(text=question))
    asked = types.CreateMessageRequestParams(messages=[message], max_tokens=tokens)
    return types.CreateMessageRequest(params=asked)


NAME = form("What is your name?", name=TEXT)
CAPITAL = model("What is the capital of France?", 100)
CONFIRM = form("Please confirm", ok={"type": "boolean"})


def needs(state: str | None = None, **requests: types.InputRequest) -> types.InputRequiredResult:
    """An answer that is none yet."""
    return types.InputRequiredResult(input_requests=requests, request_state=state)


def response(params: Asking, key: str) -> types.InputResponse | None:
    """What the client answered to one of the requests."""
    return (params.input_responses or {}).get(key)


def filled(params: Asking, key: str, field: str) -> Any:
    """What the user wrote into a field of a form; None where it is not there."""
    answer = response(params, key)
    if not isinstance(answer, types.ElicitResult) or answer.action != "accept":
        return None
    return (answer.content or {}).get(field)


@TOOLS.tool(f"{TOOL}elicitation", "Needs the user's name.")
async def needs_name(_: Context, params: Params) -> Answer:
    name = filled(params, "user_name", "name")
    return said(f"Hello, {name}!") if isinstance(name, str) else needs(user_name=NAME)


@TOOLS.tool(f"{TOOL}sampling", "Needs the model.")
async def needs_model(_: Context, params: Params) -> Answer:
    answer = response(params, "capital_question")
    return said(str(answer)) if answer else needs(capital_question=CAPITAL)


@TOOLS.tool(f"{TOOL}list_roots", "Needs the roots.")
async def needs_roots(_: Context, params: Params) -> Answer:
    answer = response(params, "client_roots")
    return said(str(answer)) if answer else needs(client_roots=types.ListRootsRequest())


@TOOLS.tool(f"{TOOL}request_state", "Needs a confirmation, and its own state back.")
async def needs_state(_: Context, params: Params) -> Answer:
    if filled(params, "confirm", "ok") is None or params.request_state != "asked":
        return needs("asked", confirm=CONFIRM)
    return said("state-ok")


@TOOLS.tool(f"{TOOL}tampered_state", "Refuses a state that it did not give.")
async def needs_own_state(context: Context, params: Params) -> Answer:
    return await needs_state(context, params)


@TOOLS.tool(f"{TOOL}multiple_inputs", "Needs several things at once.")
async def needs_several(_: Context, params: Params) -> Answer:
    wanted: dict[str, types.InputRequest] = {
        "user_name": NAME,
        "greeting": model("Generate a greeting", 50),
        "client_roots": types.ListRootsRequest(),
    }
    if all(response(params, key) for key in wanted):
        return said("All there.")
    return needs("asked", **wanted)


@TOOLS.tool(f"{TOOL}multi_round", "Needs one thing after the other.")
async def needs_rounds(_: Context, params: Params) -> Answer:
    if params.request_state is None:
        return needs("one", step1=form("Step 1: What is your name?", name=TEXT))
    if params.request_state == "one":
        return needs("two", step2=form("Step 2: What is your favorite color?", color=TEXT))
    return said("Both there.")


@TOOLS.tool(f"{TOOL}capabilities", "Needs what the client says it can give.")
async def needs_what_there_is(context: Context, params: Params) -> Answer:
    declared = context.session.client_capabilities or types.ClientCapabilities()
    wanted: dict[str, types.InputRequest] = {}
    if declared.sampling is not None:
        wanted["capital_question"] = CAPITAL
    if declared.elicitation is not None:
        wanted["user_name"] = NAME
    return needs(None, **wanted) if wanted and not params.input_responses else said("All there.")


@TOOLS.tool("test_missing_capability", "Needs a client with a model.")
async def missing_capability(context: Context, _: Params) -> Answer:
    declared = context.session.client_capabilities
    if declared is None or declared.sampling is None:
        raise MCPError(
            types.MISSING_REQUIRED_CLIENT_CAPABILITY,
            "This tool needs sampling.",
            data={"requiredCapabilities": {"sampling": {}}},
        )
    return said("Sampling is there.")


@TOOLS.tool("test_streaming_elicitation", "Needs the user's name, on a stream.")
async def streaming_elicitation(context: Context, params: Params) -> Answer:
    await context.session.report_progress(1, 1)
    return await needs_name(context, params)


@TOOLS.tool("test_logging_tool", "Writes to the log.")
async def logging_tool(context: Context, _: Params) -> Answer:
    await log(context, "Whoever asked for the log sees this.")
    return said("Logged.")


@TOOLS.tool("test_trigger_tool_change", "Says that tools have changed.")
async def trigger_tool_change(_: Context, __: Params) -> Answer:
    await BUS.publish(ToolsListChanged())
    return said("Said.")


@TOOLS.tool("test_trigger_prompt_change", "Says that prompts have changed.")
async def trigger_prompt_change(_: Context, __: Params) -> Answer:
    await BUS.publish(PromptsListChanged())
    return said("Said.")
