"""Resources, prompts and completions of the conformance suite."""

import json
import re

import mcp_types as types
from mcp.shared.exceptions import MCPError

from .rounds import filled, form, needs
from .samples import PNG
from .toolbox import Context
from .tools import TEXT, embedded

LISTED = {
    "test://static-text": ("text/plain", "This is the content of the static text resource."),
    "test://static-binary": ("image/png", ""),
    "test://watched-resource": ("text/plain", "Watched resource content"),
}
TEMPLATE = "test://template/{id}/data"
ARGUMENTS = {
    "test_simple_prompt": [],
    "test_prompt_with_arguments": ["arg1", "arg2"],
    "test_prompt_with_embedded_resource": ["resourceUri"],
    "test_prompt_with_image": [],
    "test_input_required_result_prompt": [],
}


async def list_resources(
    _: Context, __: types.PaginatedRequestParams | None
) -> types.ListResourcesResult:
    """Answers `resources/list`."""
    return types.ListResourcesResult(
        resources=[
            types.Resource(uri=uri, name=uri, description=f"For {uri}", mime_type=mime_type)
            for uri, (mime_type, _) in LISTED.items()
        ]
    )


async def list_templates(
    _: Context, __: types.PaginatedRequestParams | None
) -> types.ListResourceTemplatesResult:
    """Answers `resources/templates/list`."""
    kind = "application/json"
    template = types.ResourceTemplate(
        uri_template=TEMPLATE, name="template", description="Data by id.", mime_type=kind
    )
    return types.ListResourceTemplatesResult(resource_templates=[template])


async def read_resource(
    _: Context, params: types.ReadResourceRequestParams
) -> types.ReadResourceResult:
    """Answers `resources/read`."""
    uri = str(params.uri)
    if uri == "test://static-binary":
        image = types.BlobResourceContents(uri=uri, mime_type="image/png", blob=PNG)
        return types.ReadResourceResult(contents=[image])
    if templated := re.fullmatch(r"test://template/([^/]+)/data", uri):
        number = templated[1]
        data = {"id": number, "templateTest": True, "data": f"Data for ID: {number}"}
        mime_type, text = "application/json", json.dumps(data)
    elif uri in LISTED:
        mime_type, text = LISTED[uri]
    else:
        raise MCPError(types.INVALID_PARAMS, "Resource not found", data={"uri": uri})
    contents = types.TextResourceContents(uri=uri, mime_type=mime_type, text=text)
    return types.ReadResourceResult(contents=[contents])


async def acknowledge(_: Context, __: object) -> types.EmptyResult:
    """Answers `resources/subscribe`, `resources/unsubscribe` and `logging/setLevel`."""
    return types.EmptyResult()


async def list_prompts(
    _: Context, __: types.PaginatedRequestParams | None
) -> types.ListPromptsResult:
    """Answers `prompts/list`."""

    def argument(name: str) -> types.PromptArgument:
        return types.PromptArgument(name=name, description=f"For {name}", required=True)

    return types.ListPromptsResult(
        prompts=[
            types.Prompt(
                name=name, description=f"For {name}", arguments=[argument(each) for each in names]
            )
            for name, names in ARGUMENTS.items()
        ]
    )


async def get_prompt(
    _: Context, params: types.GetPromptRequestParams
) -> types.GetPromptResult | types.InputRequiredResult:
    """Answers `prompts/get`."""
    given = params.arguments or {}
    text = "This is a simple prompt for testing."
    if params.name == "test_input_required_result_prompt":
        context = filled(params, "user_context", "context")
        if context is None:
            return needs(user_context=form("What context should the prompt use?", context=TEXT))
        text = f"The context is {context}."
    elif params.name == "test_prompt_with_arguments":
        text = f"Prompt with arguments: arg1='{given['arg1']}', arg2='{given['arg2']}'"
    elif params.name not in ARGUMENTS:
        raise MCPError(types.INVALID_PARAMS, f"Unknown prompt: {params.name}")
    content: list[types.ContentBlock] = [types.TextContent(text=text)]
    if params.name == "test_prompt_with_embedded_resource":
        inside = "Embedded resource content for testing."
        content.insert(0, embedded(given["resourceUri"], "text/plain", inside))
    elif params.name == "test_prompt_with_image":
        content.insert(0, types.ImageContent(data=PNG, mime_type="image/png"))
    messages = [types.PromptMessage(role="user", content=each) for each in content]
    return types.GetPromptResult(messages=messages)


async def complete(_: Context, params: types.CompleteRequestParams) -> types.CompleteResult:
    """Answers `completion/complete`."""
    known = ["paris", "park", "party"]
    values = [word for word in known if word.startswith(params.argument.value)]
    found = types.Completion(values=values, total=len(values), has_more=False)
    return types.CompleteResult(completion=found)
