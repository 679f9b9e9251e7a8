"""The check that a web server at `app.<domain>` can ask, as nginx's `auth_request` does.

The path names the instance. What the gate would say of a request to its MCP endpoint with the same
`Authorization` and `Origin` is the answer; headers that claim another host or address are not read.
"""

import json
import re
from time import perf_counter

from starlette.types import Receive, Scope, Send

from authgate.answers import Answer, answer, refuse
from authgate.context import Context
from authgate.forwarded import ForwardedRequest, parse_forwarded
from authgate.gate import PATH
from authgate.hosts import INSTANCE_ID, PORTAL, InstanceHost, Kind
from authgate.judge import Judge

_INSTANCE = re.compile(rf"{PATH}/({INSTANCE_ID})")
_UNNAMED = refuse(
    404,
    b"application/json",
    json.dumps({"error": "not_found", "error_description": f"Ask at {PATH}/<id>."}).encode(),
    [],
)


class Check:
    """Answers 204 with `X-Mcpier-Client`, or the gate's refusal; 404 where no instance is named."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._judge = Judge(context)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = perf_counter()
        named = _INSTANCE.fullmatch(scope["path"])
        if named is None:
            await _send_answer(send, _UNNAMED)
            return
        asked = parse_forwarded(scope["headers"], self._context.hosts)
        request = self._to_instance(asked, InstanceHost(Kind.MCP, named[1]))
        decision, known = self._judge.judge(request)
        await _send_answer(send, answer(decision, request, {}))
        self._context.journal.decided("check", request, decision, known, perf_counter() - started)

    def _to_instance(self, asked: ForwardedRequest, host: InstanceHost) -> ForwardedRequest:
        # The web app's own pages may use what it protects.
        own = self._context.hosts.origin(PORTAL)
        foreign = tuple(item for item in asked.origins if item != own)
        return asked._replace(host=host, path=b"", origins=foreign, cookies=b"")


async def _send_answer(send: Send, reply: Answer) -> None:
    await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
    await send({"type": "http.response.body", "body": reply.body})
