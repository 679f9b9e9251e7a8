"""Entering a live view or the portal by a one-time link."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from authgate.context import Context
from authgate.decision import Decision
from authgate.entrance import Entrance, Visit
from authgate.forwarded import parse_for_host
from authgate.pages import page
from authgate.sites import Site
from authgate.tickets import UsedTickets, decide_ticket

LINK = "/_mcpier/enter/{ticket}"

# The view's own requests must not name the page that led there: the ticket stands in its path.
_NO_PATH = {"referrer-policy": "strict-origin"}


class LinkPages:
    """The pages of one kind of site; nothing is decided before the form on the first is sent."""

    def __init__(self, context: Context, site: Site) -> None:
        self._context = context
        self._site = site
        self._entrance = Entrance(context, site)
        self._used = UsedTickets(context.clock())
        self.routes = [
            Route(LINK, self.ask, methods=["GET"]),
            Route(LINK, self.enter, methods=["POST"]),
        ]

    async def ask(self, request: Request) -> Response:
        """The button that enters; the same for every ticket: programs follow links to preview."""
        _, host = parse_for_host(request.headers.raw, self._context.hosts)
        return page("enter.html", 200, _NO_PATH, name=host.label, site=self._site)

    async def enter(self, request: Request) -> Response:
        """Turns the link's ticket into a session."""
        response = await self._entrance.admit(request, "link", self._judge)
        response.headers.update(_NO_PATH)
        return response

    async def _judge(self, visit: Visit) -> Decision:
        key, now = self._context.registry.session_key(), self._context.clock()
        return decide_ticket(visit.record, visit.form.path_params["ticket"], key, self._used, now)
