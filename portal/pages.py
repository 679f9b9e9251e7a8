"""The pages and their streams: all that is served, and nothing that changes anything."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from portal import fragments
from portal.errors import Trouble
from portal.facts import Facts, Sources
from portal.fragments import TEMPLATES, Fragments
from portal.stack import Instance
from portal.view import title

# Seconds between two looks while somebody watches; and how long one stream lasts. Then the browser
# opens another, about which the gate is asked anew: a session that has ended ends within a minute.
INTERVAL = 2.0
LIFE = 60.0
MOST_STREAMS = 64
RETRY_SECONDS = 5

EVENTS = "text/event-stream"
_KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}

Render = Callable[[Facts], Fragments]


class Pages:
    """The pages of one process."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._streams = 0
        self.routes = [
            Route("/", self.overview, methods=["GET"]),
            Route("/events", self.overview_events, methods=["GET"]),
            Route("/instances/{id}", self.instance, methods=["GET"]),
            Route("/instances/{id}/events", self.instance_events, methods=["GET"]),
            Route("/static/{name}", static, methods=["GET"]),
            Route("/healthz", healthz, methods=["GET"]),
        ]

    async def overview(self, request: Request) -> Response:
        """All instances and parts."""
        facts, now = await self._sources.look(), datetime.now(UTC)
        shown = fragments.overview(facts, now)
        return _page(request, "overview.html", facts, now, fragments=shown, events="/events")

    async def instance(self, request: Request) -> Response:
        """One instance: its parts, its tokens, and how to connect."""
        facts, now = await self._sources.look(), datetime.now(UTC)
        instance = _named(request, facts)
        if instance is None:
            return no_such_page(request)
        shown = fragments.instance(facts, instance.id, now)
        events = f"/instances/{instance.id}/events"
        return _page(
            request, "instance.html", facts, now, fragments=shown, events=events, instance=instance
        )

    async def overview_events(self, request: Request) -> Response:
        """What changes on the page of all."""
        return self._stream(request, lambda facts: fragments.overview(facts, datetime.now(UTC)))

    async def instance_events(self, request: Request) -> Response:
        """What changes on the page of one."""
        instance = _named(request, await self._sources.look())
        if instance is None:
            return no_such_page(request)
        id_ = instance.id
        return self._stream(
            request,
            lambda facts: (
                fragments.instance(facts, id_, datetime.now(UTC))
                if id_ in facts.stack.instances
                else {}
            ),
        )

    def _stream(self, request: Request, render: Render) -> Response:
        if request.method == "HEAD":
            return Response(media_type=EVENTS)
        # A browser says so; the operator's session comes with what pages of instances ask, too.
        if request.headers.get("sec-fetch-site") in ("same-site", "cross-site"):
            return message(403, "Not for other pages", "Open the portal itself.")
        if self._streams >= MOST_STREAMS:
            return message(503, "Too many viewers", "Close a page that shows the portal.")
        return StreamingResponse(self._events(render), media_type=EVENTS)

    async def _events(self, render: Render) -> AsyncIterator[str]:
        """Whatever differs from what was sent before, and a line that keeps the stream open."""
        self._streams += 1
        try:
            sent: Fragments = {}
            ends = time.monotonic() + LIFE
            yield "retry: 1000\n\n"
            while time.monotonic() < ends:
                found = render(await self._sources.look())
                if sent and found.keys() != sent.keys():
                    yield "event: changed\ndata:\n\n"
                    return
                news = {id_: html for id_, html in found.items() if sent.get(id_) != html}
                yield f"data: {json.dumps(news)}\n\n" if news else ":\n\n"
                sent = found
                await asyncio.sleep(INTERVAL)
        except Trouble:
            # The browser opens another stream, until there is something to show.
            return
        finally:
            self._streams -= 1


def _named(request: Request, facts: Facts) -> Instance | None:
    return facts.stack.instances.get(request.path_params["id"])


def _page(
    request: Request, template: str, facts: Facts, now: datetime, **values: object
) -> Response:
    operator = request.headers.get("x-mcpier-client", "")
    shown = TEMPLATES.get_template(template).render(
        stack=facts.stack, now=now, operator=operator, title=title, **values
    )
    return HTMLResponse(shown)


async def static(request: Request) -> Response:
    """A file of this package's: style, script, icon."""
    content = STATIC.get(request.path_params["name"])
    if content is None:
        return no_such_page(request)
    return Response(content, media_type=_KINDS[request.path_params["name"].rpartition(".")[2]])


async def healthz(request: Request) -> Response:
    """That the process answers."""
    return Response("ok\n", media_type="text/plain")


def no_such_page(request: Request) -> Response:
    """What is answered where there is nothing."""
    return message(
        404, "There is nothing here", "This stack has no such instance, or no such page."
    )


def message(status: int, heading: str, text: str) -> Response:
    """A page that says one thing."""
    shown = TEMPLATES.get_template("message.html").render(heading=heading, text=text, operator="")
    headers = {"retry-after": str(RETRY_SECONDS)} if status == 503 else {}
    return HTMLResponse(shown, status, headers)


STATIC = {
    file.name: file.read_bytes()
    for file in files("portal").joinpath("static").iterdir()
    if file.name.rpartition(".")[2] in _KINDS
}
