"""One application on three ports."""

from collections.abc import Awaitable

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
from authgate.session_pages import SessionPages
from authgate.settings import GATE_PORT, OPERATIONS_PORT, PAGES_PORT, Settings
from authgate.sites import SITES


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
    refused = {kind: render("refused.html", site=site).encode() for kind, site in SITES.items()}
    gate = Gate(context, refused)
    others: dict[int, ASGIApp] = {
        PAGES_PORT: pages(context),
        OPERATIONS_PORT: operations(context, audit.run),
    }

    def application(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        port = scope["server"][1]
        # The gate first: every request of every instance waits for it.
        chosen = gate if port == GATE_PORT else others[port]
        return chosen(scope, receive, send)

    return application


def pages(context: Context) -> ASGIApp:
    """The application on the pages port: signing in and out, absent instances, the check."""
    absent = Absent(context)
    by_kind: dict[Kind, ASGIApp] = {
        Kind.MCP: absent,
        Kind.VNC: _with_sessions(context, Kind.VNC, absent),
        Kind.APP: _with_sessions(context, Kind.APP, Check(context)),
    }

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        host = parse_forwarded(scope["headers"], context.hosts).host
        await (by_kind[host.kind] if host else absent)(scope, receive, send)

    return application


def _with_sessions(context: Context, kind: Kind, others: ASGIApp) -> ASGIApp:
    """The pages by which one kind of site is entered, before the application for all others."""
    site = SITES[kind]
    routes = [*SessionPages(context, site).routes, *LinkPages(context, site).routes]
    application = Starlette(routes=[*routes, Mount("/", others)])
    application.router.redirect_slashes = False
    return application
