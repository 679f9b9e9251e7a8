"""A Docker engine as the reader sees it: its list of containers, and each by itself."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

# Stands in everything that the engine says and nobody shall hear.
CANARY = "canary-0123456789"


def container(
    name: str,
    *,
    state: str = "running",
    status: str = "Up 2 minutes (healthy)",
    output: str = "",
    stack: str = "dev",
) -> dict[str, Any]:
    """A container as the engine lists it; `output` is what its last health check printed."""
    return {
        "Id": name.encode().hex(),
        "Names": [f"/{name}"],
        "Image": "mcpier/x",
        "Command": f"serve {CANARY}",
        "State": state,
        "Status": status,
        "Labels": {"mcpier.stack": stack, "other": CANARY},
        "Mounts": [{"Source": CANARY}],
        "output": output,
    }


class Engine:
    """`containers` is what there is, `asked` what was asked for; the `silent` get no answer."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.containers: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.silent: list[str] = []

    def answer(self, target: str) -> Any:
        """What the engine says to a GET, or None."""
        self.asked.append(target)
        url = urlsplit(target)
        if url.path == "/containers/json":
            (filters,) = parse_qs(url.query)["filters"]
            (label,) = json.loads(filters)["label"]
            stack = label.removeprefix("mcpier.stack=")
            return [each for each in self.containers if each["Labels"]["mcpier.stack"] == stack]
        found = [each for each in self.containers if url.path == f"/containers/{each['Id']}/json"]
        return _inspected(found[0]) if found else None

    @contextmanager
    def running(self) -> Iterator["Engine"]:
        """Serves until the end of the block."""
        engine = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                told = engine.answer(self.path)
                if told and any(name in self.path for name in engine.silent):
                    # Until the other side has had enough.
                    self.rfile.read(1)
                    return
                body = json.dumps(told).encode()
                self.send_response(404 if told is None else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def address_string(self) -> str:
                return "unix"

            def log_message(self, *_: object) -> None:
                """Keeps quiet."""

        with socketserver.ThreadingUnixStreamServer(str(self.path), Handler) as server:
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


def _inspected(listed: dict[str, Any]) -> dict[str, Any]:
    words = listed["Status"]
    status = next((each for each in ("unhealthy", "starting", "healthy") if each in words), None)
    log = [{"Output": listed["output"]}] if listed["output"] else []
    return {
        "Id": listed["Id"],
        "Name": listed["Names"][0],
        "Config": {"Env": [f"TOKEN={CANARY}"], "Cmd": [CANARY]},
        "State": {"Status": listed["State"], "Health": {"Status": status, "Log": log}},
    }
