"""The ForwardAuth endpoint: a bare ASGI callable, since every request of every instance waits."""

import logging
from time import perf_counter

from starlette.types import Receive, Scope, Send

from authgate.answers import Answer, answer
from authgate.context import Context
from authgate.decision import GUESSES, Decision, Reason, decide
from authgate.files import RegistryTrouble
from authgate.forwarded import ForwardedRequest, parse_forwarded
from authgate.hosts import InstanceHost, Kind
from authgate.sessions import Sessions

PATH = "/auth/mcp-bearer-check"

_NO_SESSIONS = Sessions(b"", ())
_NOT_FOUND = Answer(404, [(b"content-length", b"0")], b"")

_log = logging.getLogger(__name__)


class Gate:
    """Answers Traefik; anything it answers with 2xx passes, so only PATH ever does."""

    def __init__(self, context: Context, sign_in_page: bytes) -> None:
        self._context = context
        self._sign_in_page = sign_in_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = perf_counter()
        if scope["path"] != PATH:
            await _send(send, _NOT_FOUND)
            return
        request = parse_forwarded(scope["headers"], self._context.hosts)
        decision, known = self._judge(request)
        await _send(send, answer(decision, request, self._sign_in_page))
        self._context.journal.decided("gate", request, decision, known, perf_counter() - started)

    def _judge(self, request: ForwardedRequest) -> tuple[Decision, bool]:
        """The decision, and whether the request's instance exists."""
        if request.host is None:
            return Decision(Reason.NOT_AN_INSTANCE), False
        try:
            return self._decide(request, request.host)
        except RegistryTrouble as trouble:
            _log.error("refused %s: %s", request.host.label, trouble)
            return Decision(Reason.OWN_TROUBLE), False

    def _decide(self, request: ForwardedRequest, host: InstanceHost) -> tuple[Decision, bool]:
        context = self._context
        now = context.clock()
        sessions = context.sessions() if host.kind is Kind.VNC else _NO_SESSIONS
        record = context.registry.recent_record(host.id)
        decision = decide(context.hosts, request, record, sessions, now)
        if decision.reason is Reason.ALLOWED:
            return decision, True
        # Nothing is refused without a look at the disk: a token added a moment ago counts at
        # once, and refusals of known and unknown instances take the same time.
        record = context.registry.record(host.id)
        decision = decide(context.hosts, request, record, sessions, now)
        if decision.reason in GUESSES:
            wait = context.limits.failed(request.address, host.label, now)
            if wait:
                decision = Decision(Reason.THROTTLED, decision.token, wait)
        return decision, record is not None


async def _send(send: Send, reply: Answer) -> None:
    await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
    await send({"type": "http.response.body", "body": reply.body})
