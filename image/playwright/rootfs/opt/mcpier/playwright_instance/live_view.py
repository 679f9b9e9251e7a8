"""Serves the live view: its page, and to each viewer the VNC server as a WebSocket."""

import sys
from http import HTTPStatus

from websockify.websocketproxy import LibProxyServer, ProxyRequestHandler

from playwright_instance import gate
from playwright_instance.patience import START_SECONDS
from playwright_instance.thumbnail import PATH, Thumbnail

# Proxies on the way cut streams that are silent for a minute.
HEARTBEAT_SECONDS = 30
# How soon a call of shutdown() would be noticed; nobody makes one, SIGTERM ends the process.
POLL_SECONDS = 3600.0


class ViewHandler(ProxyRequestHandler):
    """websockify's, and a picture of the page."""

    thumbnail = Thumbnail()

    def do_GET(self) -> None:
        """Answer with the picture where that is asked for, else with a file."""
        if self.path.partition("?")[0] != PATH:
            super().do_GET()
        elif picture := self.thumbnail.get():
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "image/jpeg")
            self.send_header("Content-Length", str(len(picture)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(picture)
        else:
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE, "Chromium shows no page just now")


class ViewServer(LibProxyServer):
    """websockify with a thread for each connection: its own program forks, 7 ms of CPU each."""

    daemon_threads = True
    # No folder is listed.
    file_only = True
    # websockify 0.13 asks each server for it, and gives it to the forking one only.
    unix_listen = None

    def handle_error(self, request: object, client_address: object) -> None:
        """Tell in one line how a connection broke; http.server would print a traceback."""
        print(f"mcpier: a live view broke off ({sys.exc_info()[1]!r})", flush=True)


def main() -> int:
    """Wait for the VNC server, then serve; return 1 if it does not answer."""
    if wrong := gate.wait("vnc"):
        print(f"mcpier: the live view waited {START_SECONDS:.0f} s: {wrong}", flush=True)
        return 1
    ViewServer(
        ViewHandler,
        listen_host="0.0.0.0",
        listen_port=6080,
        web="/opt/mcpier/view",
        target_host="127.0.0.1",
        target_port=5900,
        heartbeat=HEARTBEAT_SECONDS,
    ).serve_forever(POLL_SECONDS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
