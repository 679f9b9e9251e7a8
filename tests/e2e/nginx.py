"""A real nginx as the operator's web app: pages, a WebSocket, and one page behind the check."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from tests.e2e.packages import unpacked_program
from tests.e2e.served import process, serving

PORT, SOCKET_PORT = 23090, 23091
MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

CONFIG = """
daemon off;
user root;
error_log stderr;
pid {folder}/pid;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    fastcgi_temp_path {folder}/fastcgi;
    proxy_temp_path {folder}/proxy;
    scgi_temp_path {folder}/scgi;
    uwsgi_temp_path {folder}/uwsgi;
    server {{
        listen 127.0.0.1:{port};
        default_type text/plain;
        location = / {{
            return 200 "$host|$http_x_forwarded_for|$http_x_forwarded_host|$http_x_mcpier_client|";
        }}
        location = /socket {{
            proxy_pass http://127.0.0.1:{socket_port};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection upgrade;
        }}
        location = /protected {{
            auth_request /check;
            auth_request_set $client $upstream_http_x_mcpier_client;
            add_header X-Seen-Client $client;
            alias {folder}/protected;
        }}
        location = /check {{
            internal;
            proxy_pass https://127.0.0.1:{https_port}/auth/mcp-bearer-check/{instance};
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
            proxy_set_header Host {app}:{https_port};
            proxy_ssl_name {app};
            proxy_ssl_server_name on;
            proxy_ssl_trusted_certificate {folder}/ca.pem;
            proxy_ssl_verify on;
            proxy_ssl_verify_depth 2;
        }}
    }}
}}
"""


@contextmanager
def web_app(folder: Path, *, app: str, https_port: int, ca: str, instance: str) -> Iterator[None]:
    """nginx on 127.0.0.1:PORT, whose `/protected` asks the edge whether a token is the instance's.

    The socket at `/socket` sends back what it gets.
    """
    (folder / "ca.pem").write_text(ca)
    (folder / "protected").write_text("for clients of the instance")
    config = folder / "nginx.conf"
    config.write_text(
        CONFIG.format(
            app=app,
            folder=folder,
            https_port=https_port,
            instance=instance,
            port=PORT,
            socket_port=SOCKET_PORT,
        )
    )
    program = unpacked_program("nginx", "nginx")
    command = [program, "-p", str(folder), "-e", "stderr", "-c", str(config)]
    with serving(EchoSocket, SOCKET_PORT), process(command, PORT, folder / "nginx.log"):
        yield


class EchoSocket(BaseHTTPRequestHandler):
    """A WebSocket that sends one short text frame back, unmasked (RFC 6455)."""

    def do_GET(self) -> None:
        key = self.headers["Sec-WebSocket-Key"].encode()
        accept = base64.b64encode(hashlib.sha1(key + MAGIC).digest()).decode()
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", accept)
        self.end_headers()
        kind, length = self.rfile.read(2)
        mask, masked = self.rfile.read(4), self.rfile.read(length & 0x7F)
        text = bytes(byte ^ mask[place % 4] for place, byte in enumerate(masked))
        self.wfile.write(bytes([kind, len(text)]) + text)
        self.close_connection = True

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Keeps quiet."""
