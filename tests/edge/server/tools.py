"""The tools of the conformance suite's first era; what each must do stands in the suite itself."""

import anyio
import mcp_types as types
from mcp.shared.exceptions import MCPError

from .samples import PNG, WAV
from .toolbox import Answer, Context, Toolbox, fields, said

TOOLS = Toolbox()
PAUSE = 0.05
STATES = ["active", "inactive", "pending"]
TEXT = {"type": "string"}
Params = types.CallToolRequestParams


@TOOLS.tool("test_simple_text", "Answers with a text.")
async def simple_text(_: Context, __: Params) -> Answer:
    return said("This is a simple text response for testing.")


@TOOLS.tool("test_image_content", "Answers with an image.")
async def image_content(_: Context, __: Params) -> Answer:
    return types.CallToolResult(content=[types.ImageContent(data=PNG, mime_type="image/png")])


@TOOLS.tool("test_audio_content", "Answers with a sound.")
async def audio_content(_: Context, __: Params) -> Answer:
    return types.CallToolResult(content=[types.AudioContent(data=WAV, mime_type="audio/wav")])


def embedded(uri: str, mime_type: str, text: str) -> types.EmbeddedResource:
    """A resource that stands in the answer itself."""
    resource = types.TextResourceContents(uri=uri, mime_type=mime_type, text=text)
    return types.EmbeddedResource(resource=resource)


@TOOLS.tool("test_embedded_resource", "Answers with a resource.")
async def embedded_resource(_: Context, __: Params) -> Answer:
    text = "This is an embedded resource content."
    return types.CallToolResult(content=[embedded("test://embedded-resource", "text/plain", text)])


@TOOLS.tool("test_multiple_content_types", "Answers with a text, an image and a resource.")
async def multiple_content_types(_: Context, __: Params) -> Answer:
    document = '{"test":"data","value":123}'
    return types.CallToolResult(
        content=[
            types.TextContent(text="Multiple content types test:"),
            types.ImageContent(data=PNG, mime_type="image/png"),
            embedded("test://mixed-content-resource", "application/json", document),
        ]
    )


@TOOLS.tool("test_error_handling", "Fails.")
async def error_handling(_: Context, __: Params) -> Answer:
    failed = said("This tool intentionally returns an error for testing")
    return failed.model_copy(update={"is_error": True})


@TOOLS.tool("test_tool_with_logging", "Writes to the log three times.")
async def tool_with_logging(context: Context, _: Params) -> Answer:
    for line in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await log(context, line)
        await anyio.sleep(PAUSE)
    return said("Logged.")


async def log(context: Context, line: str) -> None:
    """Sends a log message on the stream of the request, if the client wants any."""
    await context.session.send_log_message("info", line, related_request_id=context.request_id)


@TOOLS.tool("test_tool_with_progress", "Reports progress three times.")
async def tool_with_progress(context: Context, _: Params) -> Answer:
    for progress in (0, 50, 100):
        await context.session.report_progress(progress, 100)
        await anyio.sleep(PAUSE)
    return said("Progressed.")


@TOOLS.tool("test_sampling", "Asks the client's model.", fields(prompt=TEXT))
async def sampling(context: Context, params: Params) -> Answer:
    question = types.TextContent(text=str((params.arguments or {})["prompt"]))
    answer = await context.session.create_message(
        [types.SamplingMessage(role="user", content=question)],
        max_tokens=100,
        related_request_id=context.request_id,
    )
    return said(f"LLM response: {answer.content}")


async def elicited(context: Context, message: str, schema: dict[str, object]) -> Answer:
    """Asks the client's user, and says what came of it."""
    answer = await context.session.elicit_form(
        message, schema, related_request_id=context.request_id
    )
    return said(f"User response: action={answer.action}, content={answer.content}")


@TOOLS.tool("test_elicitation", "Asks the client's user.", fields(message=TEXT))
async def elicitation(context: Context, params: Params) -> Answer:
    message = str((params.arguments or {})["message"])
    return await elicited(context, message, fields(username=TEXT, email=TEXT))


@TOOLS.tool("test_elicitation_sep1034_defaults", "Asks with defaults.")
async def elicitation_defaults(context: Context, _: Params) -> Answer:
    asked = fields(
        name={"type": "string", "default": "John Doe"},
        age={"type": "integer", "default": 30},
        score={"type": "number", "default": 95.5},
        status={"type": "string", "enum": STATES, "default": "active"},
        verified={"type": "boolean", "default": True},
    )
    return await elicited(context, "Please review.", asked)


@TOOLS.tool("test_elicitation_sep1330_enums", "Asks for one of several.")
async def elicitation_enums(context: Context, _: Params) -> Answer:
    options = ["option1", "option2", "option3"]
    titled = [{"const": f"value{number}", "title": f"Choice {number}"} for number in (1, 2, 3)]
    asked = fields(
        untitledSingle={"type": "string", "enum": options},
        titledSingle={"type": "string", "oneOf": titled},
        legacyEnum={"type": "string", "enum": options, "enumNames": ["One", "Two", "Three"]},
        untitledMulti={"type": "array", "items": {"type": "string", "enum": options}},
        titledMulti={"type": "array", "items": {"anyOf": titled}},
    )
    return await elicited(context, "Please choose.", asked)


@TOOLS.tool("test_reconnection", "Closes its stream, and answers on the next.")
async def reconnection(context: Context, _: Params) -> Answer:
    await log(context, "Before the stream is closed")
    if context.close_sse_stream is None:
        raise MCPError(types.INVALID_REQUEST, "The stream of this request cannot be closed.")
    await context.close_sse_stream()
    await anyio.sleep(4 * PAUSE)
    await log(context, "After the stream was closed")
    return said("Reconnected.")
