"""The whole application: the pages, what errors look like, and the headers on all of it."""

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.certificate import ServedCertificate
from portal.errors import Trouble
from portal.facts import Sources
from portal.pages import Pages, message, no_such_page
from portal.questions import ask_gate, ask_reader
from portal.settings import Settings
from portal.stack import StackFile

HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; connect-src 'self'; img-src 'self'; script-src 'self'; "
        "style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    # With `no-referrer` a browser would send the form that signs out with `Origin: null`.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def create_app(settings: Settings) -> ASGIApp:
    """The portal that these settings describe."""
    return with_headers(
        application(
            Sources(
                read_stack=StackFile(settings.stack_file).read,
                containers=lambda: ask_reader(settings.reader_socket),
                activity=lambda: ask_gate(settings.activity),
                certificate=ServedCertificate(settings.edge).of,
            )
        )
    )


def application(sources: Sources) -> Starlette:
    """The pages of these sources."""
    handlers = {404: _missing, 405: _refused, Trouble: _trouble}
    made = Starlette(routes=Pages(sources).routes, exception_handlers=handlers)
    made.router.redirect_slashes = False
    return made


def with_headers(served: ASGIApp) -> ASGIApp:
    """Sets on every answer what keeps it out of caches, frames and other pages' hands."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async def answer(sent: Message) -> None:
            if sent["type"] == "http.response.start":
                MutableHeaders(scope=sent).update(HEADERS)
            await send(sent)

        await served(scope, receive, answer)

    return app


async def _missing(request: Request, error: Exception) -> Response:
    return no_such_page(request)


async def _refused(request: Request, error: Exception) -> Response:
    return message(405, "The portal only shows", "Nothing is changed here: use mcpier.")


async def _trouble(request: Request, error: Exception) -> Response:
    return message(503, "Not now", f"{error}.")
