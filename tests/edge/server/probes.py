"""Tools by which tests see what the edge does to a call, and tools with unusual schemas."""

import time
from typing import Any

import anyio
import mcp_types as types

from .toolbox import Answer, Context, fields, said
from .tools import TEXT, TOOLS

Params = types.CallToolRequestParams
NUMBER = {"type": "number"}
MIB = 1 << 20
REGION = {"type": "object", "properties": {"region": TEXT | {"x-mcp-header": "Region"}}}
# By the name that its caller gave it: when a call of `linger` was ended from outside.
ended: dict[str, float] = {}
MADE_2020_12: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": TEXT, "city": TEXT},
        }
    },
    "properties": {
        "name": TEXT,
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": TEXT,
        "email": TEXT,
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}


@TOOLS.tool("json_schema_2020_12_tool", "Has a schema with much in it.", MADE_2020_12)
async def schema_tool(_: Context, __: Params) -> Answer:
    return said("Taken.")


@TOOLS.tool("test_x_mcp_header", "Takes its region in a header too.", REGION)
async def header_tool(_: Context, params: Params) -> Answer:
    return said(str(params.arguments))


@TOOLS.tool("echo", "Answers with what it was told.", fields(text=TEXT))
async def echo(_: Context, params: Params) -> Answer:
    return said(str((params.arguments or {})["text"]))


@TOOLS.tool("large", "Answers with so many MiB of text.", fields(mib=NUMBER))
async def large(_: Context, params: Params) -> Answer:
    return said("0123456789abcdef" * (int((params.arguments or {})["mib"]) * MIB // 16))


@TOOLS.tool("paced", "Reports progress, with the time of it.", fields(count=NUMBER, gap=NUMBER))
async def paced(context: Context, params: Params) -> Answer:
    wanted = params.arguments or {}
    for number in range(int(wanted["count"])):
        await context.session.report_progress(number, message=repr(time.time()))
        await anyio.sleep(float(wanted["gap"]))
    return said(repr(time.time()))


@TOOLS.tool("announce", "Says on the session's own stream that tools have changed.")
async def announce(context: Context, _: Params) -> Answer:
    await context.session.send_tool_list_changed()
    return said(repr(time.time()))


@TOOLS.tool("linger", "Goes on until it is ended.", fields(name=TEXT))
async def linger(context: Context, params: Params) -> Answer:
    # The first bytes of the answer: its caller then knows that it runs.
    await context.session.report_progress(0)
    try:
        await anyio.sleep_forever()
    finally:
        ended[str((params.arguments or {})["name"])] = time.time()
    return said("")


@TOOLS.tool(
    "ended", "Says when a lingering call was ended; nothing if it goes on.", fields(name=TEXT)
)
async def when_ended(_: Context, params: Params) -> Answer:
    moment = ended.get(str((params.arguments or {})["name"]))
    return said(repr(moment) if moment else "")
