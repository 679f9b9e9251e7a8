"""The socket-proxy as a stack runs it that keeps metrics, before an engine of the tests."""

import http.client
import json
import socket
import socketserver
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from components.socket_proxy import BOTH
from tests.image.playwright_image import OWNED, docker
from tests.image.socket_proxy_harness import TAG
from tests.waiting import until

CANARY = "a canary among the variables"
ID, STILL, HELPER = "a" * 64, "b" * 64, "c" * 64
LABELS = {
    "mcpier.stack": "dev",
    "mcpier.role": "instance",
    "mcpier.instance": "demo",
    "mcpier.type": "playwright",
}


class Engine(socketserver.ThreadingUnixStreamServer):
    """Answers as Docker does what `answers` has by path; `heard` are the targets of requests."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), _Handler)
        self.answers: dict[str, tuple[int, Any]] = {}
        self.heard: list[str] = []

    def answer(self, path: str, body: Any, status: int = 200) -> None:
        """What a path is answered with, as JSON."""
        self.answers[path] = (status, body)


class _Handler(BaseHTTPRequestHandler):
    server: Engine
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.heard.append(self.path)
        unknown = (404, {"message": f"No such container: {CANARY}"})
        status, body = self.server.answers.get(self.path.partition("?")[0], unknown)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        text = json.dumps(body).encode()
        # As Docker does: in chunks, of which none is there before the others.
        for chunk in (text[:100], text[100:]):
            if chunk:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: object) -> None:
        """Keeps quiet."""


class MetricsProxy:
    """The container, with both of its sockets in folders of the tests."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "metrics" / "docker.sock"
        for place in ("metrics", "proxy"):
            (folder / place).mkdir()
        self.engine = Engine(folder / "engine.sock")
        self._thread = threading.Thread(target=self.engine.serve_forever)
        self._thread.start()
        locked = ["--network=none", "--read-only", "--cap-drop=ALL", "--user=0", "--memory=64m"]
        self._id = docker(
            *("run", "--detach", "--rm", "--label", OWNED, *locked),
            *("--security-opt", "no-new-privileges", "--env", "MCPIER_STACK=dev"),
            *("--volume", f"{folder / 'engine.sock'}:/var/run/docker.sock:ro"),
            *("--volume", f"{folder / 'proxy'}:/run/socket-proxy"),
            *("--volume", f"{folder / 'metrics'}:/run/metrics-proxy", TAG, *BOTH.split()),
        )

    def __enter__(self) -> Self:
        until(self.socket.exists, 15, "HAProxy does not listen")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        docker("rm", "--force", self._id)
        self.engine.shutdown()
        self.engine.server_close()
        self._thread.join()

    def ask(self, target: str, method: str = "GET") -> tuple[int, str]:
        """Status and body of one request on the exporter's socket."""
        connection = http.client.HTTPConnection("docker", timeout=10)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(self.socket))
        try:
            connection.request(method, target)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


def listed(id_: str, name: str, state: str = "running", **labels: str) -> dict[str, Any]:
    """A container as the engine lists it."""
    return {"Id": id_, "Names": [f"/{name}"], "State": state, "Labels": {**LABELS, **labels}}


def inspected(health: str | None = "healthy", *said: str, restarts: int = 0) -> dict[str, Any]:
    """A container as the engine inspects it, what is secret included."""
    log = [{"Start": "", "End": "", "ExitCode": 0, "Output": each} for each in said]
    state: dict[str, Any] = {"Status": "running", "StartedAt": "2026-11-23T03:00:00.123456789Z"}
    if health:
        state["Health"] = {"Status": health, "FailingStreak": 0, "Log": log}
    variables = [f"SHOP_LOGIN={CANARY}", *(f"FILLER_{n}={'x' * 1000}" for n in range(200))]
    return {
        "Id": ID,
        "Args": [],
        "State": state,
        "RestartCount": restarts,
        "HostConfig": {"SecurityOpt": ["seccomp=" + json.dumps({"names": ["clone"] * 2000})]},
        "Config": {"Env": variables, "Labels": LABELS},
    }


def used(memory: int = 90 << 20, cache: int = 10 << 20) -> dict[str, Any]:
    """A container's statistics, as an engine tells of cgroup version 1."""
    return {
        "memory_stats": {
            "usage": memory,
            "limit": 128 << 20,
            "stats": {"total_inactive_file": cache},
        },
        "cpu_stats": {"cpu_usage": {"total_usage": 2_500_000_000}},
        "pids_stats": {"current": 7},
    }
