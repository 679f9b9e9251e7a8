"""What answers on each of the three ports."""

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from authgate.absent import Absent
from authgate.audit import Audit
from authgate.check import Check
from authgate.context import Context
from authgate.forwarded import parse_forwarded
from authgate.gate import Gate
from authgate.hosts import Kind
from authgate.link_pages import LinkPages
from authgate.operations import operations
from authgate.pages import render
from authgate.session_pages import SessionPages
from authgate.settings import OPERATIONS_PORT, PAGES_PORT
from authgate.sites import SITES


def create_gate(context: Context) -> Gate:
    """What answers on the gate's port."""
    refused = {kind: render("refused.html", site=site).encode() for kind, site in SITES.items()}
    return Gate(context, refused)


def create_app(context: Context, audit: Audit) -> ASGIApp:
    """The application for the other ports; each connection is sent on by the port it came in by."""
    by_port: dict[int, ASGIApp] = {
        PAGES_PORT: pages(context),
        OPERATIONS_PORT: operations(context, audit.run),
    }

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await by_port[scope["server"][1]](scope, receive, send)

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
