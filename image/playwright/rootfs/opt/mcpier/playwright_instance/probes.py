"""The checker's questions to each part: None when it serves, else a clause saying why not."""

import re
import subprocess
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection, HTTPException

from playwright_instance import answers
from playwright_instance.settings import PROBE_HOST

DEADLINE_SECONDS = 2.0

# xwininfo's line of a window: "title": ("instance" "Class")  WIDTHxHEIGHT+X+Y  +X+Y
WINDOW = re.compile(r'\("[^"]*" "([^"]*)"\) +([0-9]+)x([0-9]+)[+-]\S+ +\S+$', re.MULTILINE)
SMALLEST_WINDOW = 200

INITIALIZE = (
    '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",'
    '"capabilities":{},"clientInfo":{"name":"mcpier-checker","version":"1"}}}'
)
HEADERS = {
    "Host": PROBE_HOST,
    "Content-Type": "application/json",
    "Accept": "application/json, text/event-stream",
}


def http(port: int, path: str, host: str, status: int = 200) -> str | None:
    """GET a path under a Host name, read the answer to its end and expect a status."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=DEADLINE_SECONDS)) as connection:
        try:
            connection.request("GET", path, headers={"Host": host, "Connection": "close"})
            answer = connection.getresponse()
            answer.read()
        except OSError as error:
            return f"no answer to GET {path} on port {port} ({answers.cause(error)})"
        except HTTPException as error:
            return f"no HTTP in the answer to GET {path} on port {port} ({error!r})"
    if answer.status == status:
        return None
    return f"GET {path} on port {port} answered {answer.status} where {status} was expected"


def chromium() -> str | None:
    """Ask Chromium's own process, over its debugging port."""
    return http(9222, "/json/version", "127.0.0.1:9222")


def mcp() -> str | None:
    """Ask the MCP server without a session: it refuses with 400 and keeps nothing."""
    return http(8080, "/mcp", PROBE_HOST, status=400)


def novnc() -> str | None:
    """Ask for the live view's page."""
    return http(6080, "/vnc.html", "localhost:6080")


def files() -> str | None:
    """Ask for the listing of files."""
    return http(8081, "/files/", PROBE_HOST)


def windows(listing: str) -> dict[str, str]:
    """Read `xwininfo -root -tree -events`; return the failing ones of window manager and window."""
    failing: dict[str, str] = {}
    # Only a window manager may select this event on the root window (X11 protocol, section 8).
    if "SubstructureRedirect" not in listing:
        failing["window-manager"] = "no window manager on the display"
    sizes = [
        (int(width), int(height))
        for name, width, height in WINDOW.findall(listing)
        if name.lower().startswith("chromium")
    ]
    if not any(min(size) >= SMALLEST_WINDOW for size in sizes):
        failing["window"] = "no Chromium window on the display"
    return failing


def list_windows() -> str | None:
    """Return xwininfo's listing of the display, or None where the display does not answer."""
    command = ["xwininfo", "-root", "-tree", "-events"]
    try:
        listing = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=DEADLINE_SECONDS
        )
    except (subprocess.TimeoutExpired, OSError):
        # Where no process can be started, what else fails tells of it.
        return None
    return listing.stdout if listing.returncode == 0 else None


def mcp_session() -> str | None:
    """Open a full MCP session and close it again, so that none is left behind."""
    with closing(HTTPConnection("127.0.0.1", 8080, timeout=DEADLINE_SECONDS)) as connection:
        try:
            connection.request("POST", "/mcp", INITIALIZE, HEADERS)
            answer = connection.getresponse()
            session = answer.getheader("Mcp-Session-Id")
            if answer.status != 200 or not session or b'"serverInfo"' not in answer.read():
                return f"initialize answered {answer.status} without a session"
            headers = {**HEADERS, "Mcp-Session-Id": session}
            connection.request("DELETE", "/mcp", headers=headers)
            closed = connection.getresponse().status
            return None if closed == 200 else f"closing a session answered {closed}"
        except (OSError, HTTPException) as error:
            return f"initialize failed ({error!r})"


PROBES: dict[str, Callable[[], str | None]] = {
    "display": answers.display,
    "vnc": answers.vnc,
    "chromium": chromium,
    "mcp": mcp,
    "novnc": novnc,
    "files": files,
}
