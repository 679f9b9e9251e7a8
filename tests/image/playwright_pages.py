"""Serves pages to the instances' browsers."""

import ipaddress
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from tests.image.playwright_harness import docker


class Pages:
    """A web server for the instances' browsers, on an address that containers reach."""

    scheme = "http"

    def __enter__(self) -> Self:
        subnet = docker(
            "network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Subnet}}"
        )
        # Docker's default bridge takes the first address of its subnet.
        self.host = str(next(ipaddress.ip_network(subnet).hosts()))
        self.server = ThreadingHTTPServer((self.host, 0), _Page)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def url(self, text: str) -> str:
        """Return the address of a page that says `text` (one word)."""
        return f"{self.scheme}://{self.host}:{self.server.server_port}/{text}"


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        text = self.path.strip("/")
        page = f"<title>{text}</title><body style='background:#c00'><h1>{text}</h1>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""
