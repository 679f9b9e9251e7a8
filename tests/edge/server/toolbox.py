"""Tools by name: what is listed of them, and what a call runs."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import mcp_types as types
from mcp.server import ServerRequestContext
from mcp.shared.exceptions import MCPError

Context = ServerRequestContext[Any, Any]
Answer = types.CallToolResult | types.InputRequiredResult
Handler = Callable[[Context, types.CallToolRequestParams], Awaitable[Answer]]
NO_ARGUMENTS: dict[str, Any] = {"type": "object", "properties": {}}


class Toolbox:
    """Tools, in the order in which they were put in."""

    def __init__(self) -> None:
        self._tools: dict[str, tuple[types.Tool, Handler]] = {}

    def tool(
        self, name: str, description: str, schema: Mapping[str, Any] = NO_ARGUMENTS
    ) -> Callable[[Handler], Handler]:
        """Puts in a tool that takes what the schema says."""

        def put(handler: Handler) -> Handler:
            listed = types.Tool(name=name, description=description, input_schema=dict(schema))
            self._tools[name] = (listed, handler)
            return handler

        return put

    def schema(self, name: str) -> Mapping[str, Any] | None:
        """The input schema of a tool; None where there is no such tool."""
        return self._tools[name][0].input_schema if name in self._tools else None

    async def list(
        self, _: Context, __: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        """Answers `tools/list`."""
        return types.ListToolsResult(tools=[listed for listed, _ in self._tools.values()])

    async def call(self, context: Context, params: types.CallToolRequestParams) -> Answer:
        """Answers `tools/call`."""
        if params.name not in self._tools:
            raise MCPError(types.INVALID_PARAMS, f"Unknown tool: {params.name}")
        return await self._tools[params.name][1](context, params)


def said(text: str) -> types.CallToolResult:
    """An answer of one text."""
    return types.CallToolResult(content=[types.TextContent(text=text)])


def fields(**properties: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an object whose properties are all required."""
    return {"type": "object", "properties": properties, "required": list(properties)}
