"""A decision on a request, with what it takes: the records, the sessions, the limits."""

import logging

from authgate.context import Context
from authgate.decision import ALLOWED, GUESSES, Decision, Reason, decide
from authgate.files import RegistryTrouble
from authgate.forwarded import ForwardedRequest
from authgate.hosts import MCP, InstanceHost
from authgate.sessions import Sessions

_NO_SESSIONS = Sessions(b"", ())

_log = logging.getLogger(__name__)


class Judge:
    """Decides by the records of one process's registry; wrong tokens count towards its limits."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def judge(self, request: ForwardedRequest) -> tuple[Decision, bool]:
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
        sessions = _NO_SESSIONS if host.kind is MCP else context.sessions()
        record = context.registry.recent_record(host.id)
        decision = decide(context.hosts, request, record, sessions, now)
        if decision.reason is ALLOWED:
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
