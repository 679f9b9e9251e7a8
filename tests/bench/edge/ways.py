"""The ways to one MCP server: directly, through a plain Traefik, and through the whole edge."""

import json
import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.e2e.deployment import BASES, Deployment, docker, remove_images, sweep
from tests.edge.stack import address
from tests.places import place
from tests.waiting import until

STACK = "e2e-bench-edge"
DOMAIN = "bench-edge.mcpier.localhost"
PLACE = place(STACK)
# The plain Traefik listens beside the stack's own.
HTTPS_PORT, PLAIN_PORT = PLACE.https_port, PLACE.admin_port + 1
CONTAINER = f"mcpier-{STACK}-mcp-echo"
TRAEFIK = f"mcpier-{STACK}-traefik"
PLAIN = f"mcpier-{STACK}-plain"
GO = Path(__file__).parent / "go"
CONFIG: dict[str, Any] = {
    "mcpier:domain": DOMAIN,
    "mcpier:edge": PLACE.edge,
    "mcpier:tls": {"mode": "self-signed"},
    "mcpier:bases": BASES,
    "mcpier:instances": {"echo": {"type": "go-echo", "tokens": ["alice"]}},
}
TYPE = {
    "description": "The server that benchmarks call.",
    "build": {"base": "debian"},
    "endpoints": {"mcp": {"port": 8080, "path": "/mcp", "auth": "bearer"}},
    "limits": {"memory": 512, "pids": 64, "cpus": 2},
    "stopSeconds": 1,
    "health": {"command": ["test", "-x", "/echo"], "intervalSeconds": 5, "timeoutSeconds": 3},
}
DOCKERFILE = 'ARG BASE=debian\nFROM ${BASE}\nCOPY echo /echo\nUSER 1000\nCMD ["/echo"]\n'


@dataclass(frozen=True, kw_only=True)
class Way:
    """A URL, the address that is dialled for it, and the headers and the CA that go with it.

    Where there is a `command`, it is that server's own standard input and output instead.
    """

    url: str = ""
    dial: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    ca: str = ""
    command: Sequence[str] = ()


def built(folder: Path, name: str) -> Path:
    """A program of `go/`, which runs in any container."""
    binary = folder / name
    command = ["go", "build", "-trimpath", "-o", str(binary), f"./{name}"]
    subprocess.run(command, cwd=GO, env=os.environ | {"CGO_ENABLED": "0"}, check=True)
    return binary


@contextmanager
def ways(folder: Path) -> Iterator[dict[str, Way]]:
    """The three ways, by name; what they lead through is taken away again."""
    sweep(STACK)
    try:
        deployment = Deployment.make(folder / "stack", STACK, CONFIG)
        _add_type(deployment.directory / "image" / "go-echo", built(folder, "echo"))
        done = deployment.make_target("up", timeout=900)
        if done.returncode != 0:
            raise RuntimeError(done.stdout)
        outputs = deployment.outputs()
        entry, ca = outputs["clients"]["echo"]["alice"], outputs["ca"]
        direct = f"{address(CONTAINER)}:8080"
        _start_plain(folder, direct)
        name = urlsplit(entry["url"]).hostname
        yield {
            "direct": Way(url=f"http://{direct}/mcp", dial=direct),
            "plain Traefik": Way(
                url=f"https://{name}:{PLAIN_PORT}/mcp",
                dial=f"127.0.0.1:{PLAIN_PORT}",
                ca=ca,
            ),
            "edge": Way(
                url=entry["url"], dial=f"127.0.0.1:{HTTPS_PORT}", headers=entry["headers"], ca=ca
            ),
        }
    finally:
        subprocess.run(["docker", "rm", "--force", PLAIN], capture_output=True, check=False)
        sweep(STACK)
        remove_images("mcpier/go-echo")


def _add_type(folder: Path, program: Path) -> None:
    folder.mkdir()
    (folder / "type.yaml").write_text(json.dumps(TYPE))
    (folder / "Dockerfile").write_text(DOCKERFILE)
    shutil.copy2(program, folder / "echo")


def _start_plain(folder: Path, server: str) -> None:
    """Traefik as the stack runs it, with the same certificate, and nothing but a router."""
    shipped = json.loads(docker("exec", TRAEFIK, "cat", "/etc/traefik/dynamic/mcpier.yaml"))
    router = {"rule": "PathPrefix(`/`)", "service": "echo", "tls": {}, "entryPoints": ["https"]}
    service = {"loadBalancer": {"servers": [{"url": f"http://{server}"}]}}
    routes = {"http": {"routers": {"echo": router}, "services": {"echo": service}}}
    # Without the strictness about names: it is asked by its address whether it is there.
    pair = {key: shipped["tls"][key] for key in ("certificates", "stores")}
    file = folder / "plain.yaml"
    file.write_text(json.dumps(routes | {"tls": pair}))
    docker(
        *("run", "--detach", "--name", PLAIN, "--label", f"mcpier.stack={STACK}"),
        *("--network", "host", "--volumes-from", f"{TRAEFIK}:ro"),
        *("--mount", f"type=bind,source={file},target=/plain.yaml,readonly"),
        *("--entrypoint", "traefik", BASES["traefik"]),
        *(f"--entrypoints.https.address=127.0.0.1:{PLAIN_PORT}", "--log.level=WARN"),
        "--providers.file.filename=/plain.yaml",
    )
    until(_routed, 20, "the plain Traefik does not answer")


def _routed() -> bool:
    """Whether the plain Traefik has read its routes; the server's own answer does not matter."""
    with suppress(OSError):
        asked = HTTPSConnection(
            "127.0.0.1", PLAIN_PORT, timeout=1, context=ssl._create_unverified_context()
        )
        with closing(asked):
            asked.request("GET", "/")
            return asked.getresponse().status != 404
    return False
