"""The entrance to a live view or the portal: whoever may pass gets a session.

Everyone else is told why not.
"""

from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from authgate.context import Context
from authgate.decision import GUESSES, Decision, Reason, from_own_page
from authgate.files import RegistryTrouble
from authgate.forwarded import ForwardedRequest, parse_for_host
from authgate.hosts import InstanceHost
from authgate.model import NO_INSTANCE, Record
from authgate.pages import own_trouble, see_other, sign_in_page
from authgate.sessions import issue
from authgate.sites import Site

_WRONG_TOKEN = (401, "This token does not open {place}. {ask}")
_REFUSALS = {
    Reason.FOREIGN_ORIGIN: (403, "Please sign in from this page."),
    Reason.MALFORMED: (400, "Please enter the {token}."),
    Reason.WRONG_TOKEN: _WRONG_TOKEN,
    Reason.EXPIRED_TOKEN: _WRONG_TOKEN,
    Reason.WRONG_TICKET: (401, "This link does not open {place}. Ask for another one."),
    Reason.EXPIRED_TICKET: (401, "This link is too old. Ask for another one."),
    Reason.USED_TICKET: (401, "This link has been used already. Ask for another one."),
}


class Visit(NamedTuple):
    """A form that was sent to a host; the record is `NO_INSTANCE`'s where there is none."""

    form: Request
    asked: ForwardedRequest
    host: InstanceHost
    record: Record


Judge = Callable[[Visit], Awaitable[Decision]]


class Entrance:
    """Admits visitors by what a judge makes of the form that they sent."""

    def __init__(self, context: Context, site: Site) -> None:
        self._context = context
        self._site = site

    async def admit(self, form: Request, door: str, judge: Judge) -> Response:
        """Answers a form; `door` is the word for it in the log."""
        started = perf_counter()
        asked, host = parse_for_host(form.headers.raw, self._context.hosts)
        try:
            record = self._context.registry.record(host.id)
            visit = Visit(form, asked, host, record or NO_INSTANCE)
            decision = await self._decide(visit, judge)
            response = self._respond(visit, decision)
        except RegistryTrouble:
            record, decision = None, Decision(Reason.OWN_TROUBLE)
            response = own_trouble()
        seconds = perf_counter() - started
        self._context.journal.decided(door, asked, decision, record is not None, seconds)
        return response

    async def _decide(self, visit: Visit, judge: Judge) -> Decision:
        if not from_own_page(self._context.hosts, visit.asked, visit.host):
            return Decision(Reason.FOREIGN_ORIGIN)
        decision = await judge(visit)
        if decision.reason in GUESSES:
            now = self._context.clock()
            wait = self._context.limits.failed(visit.asked.address, visit.host.label, now)
            if wait:
                return Decision(Reason.THROTTLED, decision.token, wait)
        return decision

    def _respond(self, visit: Visit, decision: Decision) -> Response:
        if decision.reason is Reason.ALLOWED and decision.token is not None:
            key, now = self._context.registry.session_key(), self._context.clock()
            return see_other("/", issue(visit.record, decision.token, key, now))
        if decision.reason is Reason.THROTTLED:
            problem = f"Too many wrong tokens. Try again in {decision.retry_after} seconds."
            return sign_in_page(visit.host, self._site, 429, problem, decision.retry_after)
        status, problem = _REFUSALS[decision.reason]
        told = problem.format_map(self._site._asdict())
        return sign_in_page(visit.host, self._site, status, told)
