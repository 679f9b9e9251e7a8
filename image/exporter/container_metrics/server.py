"""Answers Prometheus: each scrape asks the engine anew, and nothing is kept in between."""

import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from container_metrics.engine import Engine, EngineTrouble
from container_metrics.families import families

PLAIN = "text/plain; charset=utf-8"
# The library's own constant names another version from one release to the next.
EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


class Server(ThreadingHTTPServer):
    """`/metrics`, which is a 503 while the engine cannot be asked, and `/healthz`."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], engine: Engine) -> None:
        super().__init__(address, _Handler)
        self.registry = CollectorRegistry()
        self.registry.register(_Containers(engine))


class _Containers(Collector):
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        return families(self._engine.containers())


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        if self.path == "/metrics":
            self._metrics()
        elif self.path == "/healthz":
            self._answer(200, PLAIN, b"ok\n")
        else:
            self._answer(404, PLAIN, b"there are /metrics and /healthz\n")

    def log_message(self, format: str, *args: object) -> None:
        """A line for each scrape would tell nothing."""

    def _metrics(self) -> None:
        try:
            text = generate_latest(self.server.registry)
        except EngineTrouble as trouble:
            print(trouble, file=sys.stderr, flush=True)
            self._answer(503, PLAIN, f"{trouble}\n".encode())
        else:
            self._answer(200, EXPOSITION, text)

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
