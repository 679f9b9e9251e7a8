"""Answers every request with what reached it, as JSON: over TLS at port 8443, plainly at 8080."""

import json
import signal
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECURE, PLAIN = 8443, 8080


class Seen(BaseHTTPRequestHandler):
    """Tells its client the port and the headers, whose names are in small letters."""

    protocol_version = "HTTP/1.1"
    server: ThreadingHTTPServer

    def do_GET(self) -> None:
        headers = [[name.lower(), value] for name, value in self.headers.items()]
        body = json.dumps({"port": self.server.server_port, "headers": headers}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_OPTIONS = do_GET


def main() -> None:
    # As process 1 it would ignore the signal.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    secure = ThreadingHTTPServer(("", SECURE), Seen)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain("/opt/pair.pem")
    secure.socket = context.wrap_socket(secure.socket, server_side=True)
    threading.Thread(target=secure.serve_forever, daemon=True).start()
    ThreadingHTTPServer(("", PLAIN), Seen).serve_forever()


if __name__ == "__main__":
    main()
