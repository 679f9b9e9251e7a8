"""Answers in place of an instance: it is stopped, starting or unhealthy; and CORS preflights."""

import re
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from authgate.answers import EXPOSED, RETRY_OWN_TROUBLE, Header, cross_origin
from authgate.context import Context
from authgate.decision import origin_allowed
from authgate.files import RegistryTrouble
from authgate.forwarded import parse_forwarded
from authgate.hosts import InstanceHost, Kind
from authgate.model import NO_INSTANCE, Record, State
from authgate.pages import page

RETRY_STOPPED = 60
RETRY_STARTING = 5

_HEADER_NAMES = re.compile(r"[A-Za-z0-9-]{1,64}( *, *[A-Za-z0-9-]{1,64}){0,63}")
_PREFLIGHT_SECONDS = "600"


class Absent:
    """Answers requests that the gate let pass and no container takes."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        await self._respond(request)(scope, receive, send)

    def _respond(self, request: Request) -> Response:
        host = parse_forwarded(request.headers.raw, self._context.hosts).host
        if host is None or _past_the_gate(host, request.url.path):
            return _error(404, "not_found", "There is nothing here.")
        try:
            record = self._context.registry.record(host.id)
        except RegistryTrouble:
            return _error(503, "unavailable", "The gate cannot read its record.", RETRY_OWN_TROUBLE)
        if request.method == "OPTIONS" and host.kind is Kind.MCP:
            return self._preflight(request, host, record or NO_INSTANCE)
        if record is None:
            return _error(404, "not_found", "There is nothing here.")
        absence = _absence(request, host, record)
        absence.raw_headers.extend(self._cross_origin(request, host, record))
        return absence

    def _cross_origin(
        self, request: Request, host: InstanceHost, record: Record
    ) -> Sequence[Header]:
        """What lets a page of an allowed origin read why there is no instance."""
        origins = [origin.encode("latin-1") for origin in request.headers.getlist("origin")]
        if len(origins) == 1 and origin_allowed(self._context.hosts, origins[0], host, record):
            return cross_origin(origins)
        return ()

    def _preflight(self, request: Request, host: InstanceHost, record: Record) -> Response:
        origins = request.headers.getlist("origin")
        if len(origins) != 1 or "access-control-request-method" not in request.headers:
            return _error(400, "invalid_request", "This is no CORS preflight.")
        if not origin_allowed(self._context.hosts, origins[0].encode("latin-1"), host, record):
            return _error(403, "foreign_origin", "Origin not allowed for this instance.")
        headers = {
            "access-control-allow-origin": origins[0],
            "access-control-allow-methods": "GET, POST, DELETE",
            "access-control-expose-headers": EXPOSED.decode(),
            "access-control-max-age": _PREFLIGHT_SECONDS,
            "vary": "Origin, Access-Control-Request-Headers",
        }
        # MCP clients name headers of their own (`Mcp-Param-*`): an allowed origin may send any.
        wanted = request.headers.get("access-control-request-headers", "")
        if _HEADER_NAMES.fullmatch(wanted):
            headers["access-control-allow-headers"] = wanted
        return Response(status_code=204, headers=headers)


def _past_the_gate(host: InstanceHost, path: str) -> bool:
    # Traefik sends these without asking the gate: no word of the instance's state here.
    return host.kind is Kind.VNC and (path == "/" or path.startswith("/_mcpier/"))


def _absence(request: Request, host: InstanceHost, record: Record) -> Response:
    if record.state is State.STOPPED:
        text, retry = f"{record.id} is stopped. Its operator can start it.", RETRY_STOPPED
        state = "stopped"
    else:
        text, retry = f"{record.id} is starting, or unhealthy. Try again.", RETRY_STARTING
        state = "starting_or_unhealthy"
    if host.kind is Kind.VNC and "text/html" in request.headers.get("accept", ""):
        headers = {"retry-after": str(retry)}
        return page("message.html", 503, headers, title=host.label, text=text, retry_after=retry)
    return _error(503, "instance_unavailable", text, retry, state)


def _error(
    status: int, error: str, description: str, retry_after: int = 0, state: str = ""
) -> Response:
    body = {"error": error, "error_description": description}
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    if state:
        body["state"] = state
    if retry_after:
        headers["retry-after"] = str(retry_after)
    return JSONResponse(body, status, headers)
