"""Signing in to the live view and out of it, on `vnc-<id>` hosts."""

from time import perf_counter
from urllib.parse import parse_qs, quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from authgate.answers import RETRY_OWN_TROUBLE
from authgate.context import Context
from authgate.decision import GUESSES, Decision, Reason, decide_presented
from authgate.files import RegistryTrouble
from authgate.forwarded import ForwardedRequest, parse_forwarded
from authgate.hosts import InstanceHost
from authgate.model import NO_INSTANCE, Grant, Record
from authgate.pages import HEADERS, page, sign_in_page
from authgate.sessions import COOKIE, Session, issue, read

SIGN_IN = "/_mcpier/sign-in"
SIGN_OUT = "/_mcpier/sign-out"

_LONGEST_FORM = 8192
# Lax: a link to the view from elsewhere finds the session. Every request that acts (the forms,
# the WebSocket) is held to its own origin.
_COOKIE_TERMS = "Path=/; Secure; HttpOnly; SameSite=Lax"
_WRONG = "This token does not open this view. Ask for the instance's view token."


class ViewPages:
    """The pages of one process; its requests come straight from Traefik, not past the gate."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.routes = [
            Route("/", self.home, methods=["GET"]),
            Route(SIGN_IN, self.sign_in, methods=["POST"]),
            Route(SIGN_OUT, self.ask_sign_out, methods=["GET"]),
            Route(SIGN_OUT, self.sign_out, methods=["POST"]),
        ]

    async def home(self, request: Request) -> Response:
        """Sends the signed-in to the view, and asks everyone else to sign in."""
        asked, host = self._parse(request)
        try:
            record, session = self._session(asked, host)
        except RegistryTrouble:
            return _own_trouble()
        if session is None:
            return sign_in_page(host, 401)
        # What stands behind # never leaves the browser: no request and no log has it.
        password = quote(record.vnc_password or "", safe="")
        place = "/vnc.html#autoconnect=1&resize=scale&reconnect=1"
        return _see_other(f"{place}&password={password}" if password else place)

    async def sign_in(self, request: Request) -> Response:
        """Turns a view token into a session."""
        started = perf_counter()
        asked, host = self._parse(request)
        try:
            record = self._context.registry.record(host.id)
            decision = await self._decide(request, asked, host, record or NO_INSTANCE)
            response = self._signed_in(host, record or NO_INSTANCE, decision)
        except RegistryTrouble:
            record, decision = None, Decision(Reason.OWN_TROUBLE)
            response = _own_trouble()
        seconds = perf_counter() - started
        self._context.journal.decided("sign-in", asked, decision, record is not None, seconds)
        return response

    async def ask_sign_out(self, request: Request) -> Response:
        """The button that signs out."""
        _, host = self._parse(request)
        return page("sign_out.html", 200, {}, name=host.label)

    async def sign_out(self, request: Request) -> Response:
        """Ends the session, on this browser and on every copy of its cookie."""
        asked, host = self._parse(request)
        if not self._own_origin(asked, host):
            return sign_in_page(host, 403, "Please sign out from this page.")
        try:
            _, session = self._session(asked, host)
        except RegistryTrouble:
            return _own_trouble()
        if session is not None:
            self._context.ended.end(session)
        return _see_other("/", f"{COOKIE}=; Max-Age=0; {_COOKIE_TERMS}")

    async def _decide(
        self, request: Request, asked: ForwardedRequest, host: InstanceHost, record: Record
    ) -> Decision:
        if not self._own_origin(asked, host):
            return Decision(Reason.FOREIGN_ORIGIN)
        presented = await _form_token(request)
        if not presented:
            return Decision(Reason.MALFORMED)
        now = self._context.clock()
        decision = decide_presented(record, presented, Grant.VIEW, now)
        if decision.reason in GUESSES:
            wait = self._context.limits.failed(asked.address, host.label, now)
            if wait:
                return Decision(Reason.THROTTLED, decision.client, wait)
        return decision

    def _signed_in(self, host: InstanceHost, record: Record, decision: Decision) -> Response:
        if decision.reason is Reason.FOREIGN_ORIGIN:
            return sign_in_page(host, 403, "Please sign in from this page.")
        if decision.reason is Reason.MALFORMED:
            return sign_in_page(host, 400, "Please enter the view token.")
        if decision.reason is Reason.THROTTLED:
            problem = f"Too many wrong tokens. Try again in {decision.retry_after} seconds."
            return sign_in_page(host, 429, problem, decision.retry_after)
        if decision.reason is not Reason.ALLOWED:
            return sign_in_page(host, 401, _WRONG)
        key, now = self._context.registry.session_key(), self._context.clock()
        value, seconds = issue(record, decision.client, key, now)
        return _see_other("/", f"{COOKIE}={value}; Max-Age={seconds}; {_COOKIE_TERMS}")

    def _parse(self, request: Request) -> tuple[ForwardedRequest, InstanceHost]:
        asked = parse_forwarded(request.headers.raw, self._context.hosts)
        assert asked.host is not None, "only requests to an instance's host are sent here"
        return asked, asked.host

    def _own_origin(self, asked: ForwardedRequest, host: InstanceHost) -> bool:
        return asked.origins == (self._context.hosts.origin(host),)

    def _session(
        self, asked: ForwardedRequest, host: InstanceHost
    ) -> tuple[Record, Session | None]:
        record = self._context.registry.record(host.id) or NO_INSTANCE
        sessions = self._context.sessions()
        return record, read(asked.cookies, record, sessions, self._context.clock())


async def _form_token(request: Request) -> bytes:
    """The form's token, empty if there is none to be read."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_FORM:
            return b""
    try:
        values = parse_qs(body.decode("ascii"), max_num_fields=4).get("token", [])
    except ValueError:
        return b""
    return values[0].strip().encode() if len(values) == 1 else b""


def _see_other(place: str, cookie: str = "") -> Response:
    headers = HEADERS | ({"set-cookie": cookie} if cookie else {})
    return RedirectResponse(place, 303, headers)


def _own_trouble() -> Response:
    text = "The gate cannot read this instance's record; its log says why."
    headers = {"retry-after": str(RETRY_OWN_TROUBLE)}
    return page(
        "message.html", 503, headers, title="Not now", text=text, retry_after=RETRY_OWN_TROUBLE
    )
