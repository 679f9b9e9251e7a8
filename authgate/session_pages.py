"""Signing in to a live view or the portal, and out of it."""

from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from authgate.context import Context
from authgate.decision import Decision, Reason, decide_presented, from_own_page
from authgate.entrance import Entrance, Visit
from authgate.files import RegistryTrouble
from authgate.forwarded import ForwardedRequest, parse_for_host
from authgate.hosts import InstanceHost
from authgate.model import NO_INSTANCE, SESSION_GRANTS, Record
from authgate.pages import own_trouble, page, see_other, sign_in_page
from authgate.sessions import Session, read, take_back
from authgate.sites import SIGN_IN, Site

SIGN_OUT = "/_mcpier/sign-out"

_LONGEST_FORM = 8192


class SessionPages:
    """The pages of one kind of site; requests come straight from Traefik, not past the gate."""

    def __init__(self, context: Context, site: Site) -> None:
        self._context = context
        self._site = site
        self._entrance = Entrance(context, site)
        self.routes = [
            Route(site.door, self.home, methods=["GET"]),
            Route(SIGN_IN, self.sign_in, methods=["POST"]),
            Route(SIGN_OUT, self.ask_sign_out, methods=["GET"]),
            Route(SIGN_OUT, self.sign_out, methods=["POST"]),
        ]

    async def home(self, request: Request) -> Response:
        """Sends the signed-in inside, and asks everyone else to sign in."""
        asked, host = self._parse(request)
        try:
            record, session = self._session(asked, host)
        except RegistryTrouble:
            return own_trouble()
        if session is None:
            return sign_in_page(host, self._site, 401)
        return see_other(self._site.inside(record, session.token.grant))

    async def sign_in(self, request: Request) -> Response:
        """Turns a token into a session."""
        return await self._entrance.admit(request, "sign-in", self._judge)

    async def ask_sign_out(self, request: Request) -> Response:
        """The button that signs out."""
        _, host = self._parse(request)
        return page("sign_out.html", 200, {}, name=host.label, site=self._site)

    async def sign_out(self, request: Request) -> Response:
        """Ends the session, on this browser and on every copy of its cookie."""
        asked, host = self._parse(request)
        if not from_own_page(self._context.hosts, asked, host):
            return sign_in_page(host, self._site, 403, "Please sign out from this page.")
        try:
            _, session = self._session(asked, host)
        except RegistryTrouble:
            return own_trouble()
        if session is not None:
            self._context.ended.end(session)
        return see_other(self._site.door, take_back())

    async def _judge(self, visit: Visit) -> Decision:
        presented = await _form_token(visit.form)
        if not presented:
            return Decision(Reason.MALFORMED)
        return decide_presented(visit.record, presented, SESSION_GRANTS, self._context.clock())

    def _parse(self, request: Request) -> tuple[ForwardedRequest, InstanceHost]:
        return parse_for_host(request.headers.raw, self._context.hosts)

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
