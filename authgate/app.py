"""One application on three ports."""

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from authgate.absent import Absent
from authgate.audit import Audit
from authgate.check import Check
from authgate.context import Context
from authgate.forwarded import parse_forwarded
from authgate.gate import Gate
from authgate.hosts import Hosts, Kind
from authgate.journal import Journal
from authgate.link_pages import LinkPages
from authgate.operations import operations
from authgate.pages import render
from authgate.registry import Registry
from authgate.settings import GATE_PORT, OPERATIONS_PORT, PAGES_PORT, Settings
from authgate.view_pages import ViewPages


def create_app(settings: Settings, journal: Journal) -> ASGIApp:
    """The whole gate."""
    context = Context(
        hosts=Hosts(settings.domain, settings.public_port),
        registry=Registry(settings.registry),
        journal=journal,
    )
    return by_port(context, Audit(settings.registry))


def by_port(context: Context, audit: Audit) -> ASGIApp:
    """Sends each connection to the application of the port it came in by."""
    gate = Gate(context, render("refused.html").encode())
    others: dict[int, ASGIApp] = {
        PAGES_PORT: pages(context),
        OPERATIONS_PORT: operations(context, audit.run),
    }

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        port = scope["server"][1]
        if port == GATE_PORT:
            await gate(scope, receive, send)
        else:
            await others[port](scope, receive, send)

    return application


def pages(context: Context) -> ASGIApp:
    """The application on the pages port: the live view's pages, absent instances, the check."""
    absent = Absent(context)
    check = Check(context)
    entrances = [*ViewPages(context).routes, *LinkPages(context).routes]
    view = Starlette(routes=[*entrances, Mount("/", absent)])
    view.router.redirect_slashes = False

    async def by_kind(scope: Scope, receive: Receive, send: Send) -> None:
        request = parse_forwarded(scope["headers"], context.hosts)
        if request.to_app:
            await check(scope, receive, send)
        elif request.host is not None and request.host.kind is Kind.VNC:
            await view(scope, receive, send)
        else:
            await absent(scope, receive, send)

    return by_kind
