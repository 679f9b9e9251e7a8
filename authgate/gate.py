"""The ForwardAuth endpoint: every request of every instance waits for it."""

from collections.abc import Iterable, Mapping
from time import perf_counter

from authgate.answers import Answer, Header, answer
from authgate.context import Context
from authgate.forwarded import parse_forwarded
from authgate.hosts import Kind
from authgate.judge import Judge

PATH = "/auth/mcp-bearer-check"

_TARGET = PATH.encode()
_NOT_FOUND = Answer(404, [(b"content-length", b"0")], b"")


class Gate:
    """Answers Traefik; anything it answers with 2xx passes, so only PATH ever does."""

    def __init__(self, context: Context, refused_pages: Mapping[Kind, bytes]) -> None:
        self._context = context
        self._judge = Judge(context)
        self._refused_pages = refused_pages

    def answer(self, target: bytes, headers: Iterable[Header]) -> Answer:
        """Answers a request for this target, with names of headers in lower case."""
        started = perf_counter()
        if target != _TARGET:
            return _NOT_FOUND
        request = parse_forwarded(headers, self._context.hosts)
        decision, known = self._judge.judge(request)
        reply = answer(decision, request, self._refused_pages)
        self._context.journal.decided("gate", request, decision, known, perf_counter() - started)
        return reply
