"""Serves at port 8080, under the names that ALLOWED_HOSTS has, and under those of loopback.

With the argument `stdio`, serves over standard input and output instead.
"""

import logging
import os
import sys
import warnings
from typing import Any, get_args

import anyio
import uvicorn
from mcp.server import CacheHint, Server
from mcp.server.caching import CacheableMethod
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.server.stdio import stdio_server
from mcp.server.subscriptions import ListenHandler
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.exceptions import MCPDeprecationWarning

from . import library, probes, rounds
from .events import Events
from .tools import TOOLS

NAME = "conformance"
RETRY_MILLISECONDS = 100
LOOPBACK = ["localhost:*", "127.0.0.1:*"]


def server() -> Server[Any]:
    """The server, with the handlers of both eras."""
    # It serves what the newer era has given up, for the older one.
    warnings.simplefilter("ignore", MCPDeprecationWarning)
    made: Server[Any] = Server(
        NAME,
        version="1.0.0",
        cache_hints=dict.fromkeys(get_args(CacheableMethod), CacheHint()),
        get_tool_input_schema=TOOLS.schema,
        on_list_tools=TOOLS.list,
        on_call_tool=TOOLS.call,
        on_list_resources=library.list_resources,
        on_list_resource_templates=library.list_templates,
        on_read_resource=library.read_resource,
        on_subscribe_resource=library.acknowledge,
        on_unsubscribe_resource=library.acknowledge,
        on_subscriptions_listen=ListenHandler(rounds.BUS),
        on_list_prompts=library.list_prompts,
        on_get_prompt=library.get_prompt,
        on_completion=library.complete,
        on_set_logging_level=library.acknowledge,
    )
    security = RequestStateSecurity.ephemeral()
    made.middleware.append(RequestStateBoundary(security, default_audience=NAME))
    return made


def main() -> None:
    logging.disable(logging.INFO)
    if sys.argv[1:] == ["stdio"]:
        anyio.run(serve_stdio)
    else:
        serve_http()


async def serve_stdio() -> None:
    """Serves one client, by standard input and output."""
    made = server()
    async with stdio_server() as (received, sent):
        await made.run(received, sent, made.create_initialization_options())


def serve_http() -> None:
    """Serves all who come, at one address."""
    allowed = os.environ["ALLOWED_HOSTS"].split(",")
    app = server().streamable_http_app(
        event_store=Events(),
        retry_interval=RETRY_MILLISECONDS,
        transport_security=TransportSecuritySettings(
            allowed_hosts=[*LOOPBACK, *allowed],
            allowed_origins=[f"http://{host}" for host in LOOPBACK],
        ),
    )
    # httptools leaves blanks around values of headers, which RFC 9110 (5.5) has taken off.
    uvicorn.run(app, host="0.0.0.0", port=8080, http="h11", log_level="warning")


# The tools of these two are put in when they are imported.
assert probes and rounds
main()
