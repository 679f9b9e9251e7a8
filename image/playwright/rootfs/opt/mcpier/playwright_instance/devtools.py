"""Speaks to Chromium over its debugging port, as far as the instance itself needs to."""

import json
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

PORT = 9222
DEADLINE_SECONDS = 2.0

# RFC 6455, section 1.3: any sixteen bytes in base64.
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "bWNwaWVyIGluc3RhbmNlLg==",
    "Sec-WebSocket-Version": "13",
}
CLOSE = json.dumps({"id": 1, "method": "Browser.close"}).encode()
# RFC 6455, section 5.2: one text frame of under 126 bytes, masked with zeros.
CLOSE_FRAME = bytes([0x81, 0x80 | len(CLOSE), 0, 0, 0, 0]) + CLOSE


def open_window() -> None:
    """Open a blank page in the running Chromium, which makes a window where there is none."""
    with _connection() as devtools, suppress(OSError, HTTPException):
        devtools.request("PUT", "/json/new?about:blank")
        devtools.getresponse().read()


def shown_page() -> str | None:
    """Return where the page that was shown last is debugged: the URL of a WebSocket."""
    with _connection() as devtools, suppress(OSError, HTTPException, ValueError, KeyError):
        devtools.request("GET", "/json/list")
        found = json.loads(devtools.getresponse().read())
        # The list begins with what was activated last.
        return next((str(t["webSocketDebuggerUrl"]) for t in found if t["type"] == "page"), None)
    return None


def close_browser() -> bool:
    """Ask Chromium to write its profile and end; return whether it heard that.

    With --keep-alive-for-test it ends on SIGTERM without writing the latest cookies (Chromium 156).
    """
    with _connection() as devtools, suppress(OSError, HTTPException, ValueError, KeyError):
        devtools.request("GET", "/json/version")
        version = json.loads(devtools.getresponse().read())
        devtools.request("GET", urlsplit(version["webSocketDebuggerUrl"]).path, headers=UPGRADE)
        if devtools.getresponse().status == 101:
            devtools.sock.sendall(CLOSE_FRAME)
            return bool(devtools.sock.recv(1))
    return False


def _connection() -> closing[HTTPConnection]:
    return closing(HTTPConnection("127.0.0.1", PORT, timeout=DEADLINE_SECONDS))
