"""Serves pages to the instances' browsers."""

import ipaddress
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from tests.image.playwright_image import docker


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

    def weighty_url(self, weight: int) -> str:
        """Return the address of a page with that many hundred elements, pictures and KiB of data.

        The weight is from 1 upwards.
        """
        return self.url(f"weight-{weight}")

    def download_url(self, mebibytes: int) -> str:
        """Return the address of a file of that size, `download-<mebibytes>`, no page."""
        return self.url(f"download-{mebibytes}")

    def url(self, text: str) -> str:
        """Return the address of a page that says `text` (one word)."""
        return f"{self.scheme}://{self.host}:{self.server.server_port}/{text}"


def weigh(weight: int) -> str:
    """Return HTML of that weight: elements in layout, drawn pictures, data that a script holds."""
    return f"""
<div id=list></div>
<script>
for (let n = 0; n < {weight} * 100; n++) {{
  const item = document.createElement('p');
  item.textContent = `item ${{n}} ` + 'text '.repeat(20);
  document.getElementById('list').append(item);
}}
for (let n = 0; n < {weight}; n++) {{
  const picture = document.createElement('canvas');
  picture.width = picture.height = 256;
  const pen = picture.getContext('2d');
  pen.fillStyle = `hsl(${{n * 17}} 80% 50%)`;
  pen.fillRect(0, 0, 256, 256);
  document.body.append(picture);
}}
window.held = Array.from({{ length: {weight} * 100 }}, (_, n) => `${{n}}`.padEnd(1024, 'x'));
</script>
"""


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        text = self.path.strip("/")
        if text.startswith("download-"):
            self._download(int(text.removeprefix("download-")))
            return
        weight = int(text.removeprefix("weight-")) if text.startswith("weight-") else 0
        page = f"<title>{text}</title><body style='background:#c00'><h1>{text}</h1>"
        body = (page + weigh(weight)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _download(self, mebibytes: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(mebibytes << 20))
        self.end_headers()
        for _ in range(mebibytes):
            self.wfile.write(bytes(1 << 20))

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""
