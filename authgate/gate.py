"""The ForwardAuth endpoint: a bare ASGI callable, since every request of every instance waits."""

from collections.abc import Mapping
from time import perf_counter

from starlette.types import Receive, Scope, Send

from authgate.answers import Answer, answer
from authgate.context import Context
from authgate.forwarded import parse_forwarded
from authgate.hosts import Kind
from authgate.judge import Judge

PATH = "/auth/mcp-bearer-check"

_NOT_FOUND = Answer(404, [(b"content-length", b"0")], b"")


class Gate:
    """Answers Traefik; anything it answers with 2xx passes, so only PATH ever does."""

    def __init__(self, context: Context, refused_pages: Mapping[Kind, bytes]) -> None:
        self._context = context
        self._judge = Judge(context)
        self._refused_pages = refused_pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = perf_counter()
        if scope["path"] != PATH:
            await send_answer(send, _NOT_FOUND)
            return
        request = parse_forwarded(scope["headers"], self._context.hosts)
        decision, known = self._judge.judge(request)
        await send_answer(send, answer(decision, request, self._refused_pages))
        self._context.journal.decided("gate", request, decision, known, perf_counter() - started)


async def send_answer(send: Send, reply: Answer) -> None:
    """Sends a whole answer."""
    await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
    await send({"type": "http.response.body", "body": reply.body})
