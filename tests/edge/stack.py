"""The stack whose edge shall not be noticed: one instance, asked through it and without it."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.deployment import BASES, Deployment, docker
from tests.places import place

STACK = "e2e-edge"
DOMAIN = "edge.mcpier.localhost"
PLACE = place(STACK)
HTTPS_PORT = PLACE.https_port
INSTANCE = "conformance"
HOST = f"mcp-{INSTANCE}.{DOMAIN}"
CONTAINER = f"mcpier-{STACK}-mcp-{INSTANCE}"
SERVER = Path(__file__).parent / "server"
# The address that the conformance suite is given: it insists on a server on this machine.
DOOR = "http://localhost:8080"
CONFIG: dict[str, Any] = {
    "mcpier:domain": DOMAIN,
    "mcpier:edge": PLACE.edge,
    "mcpier:tls": {"mode": "self-signed"},
    "mcpier:bases": BASES,
    "mcpier:instances": {
        INSTANCE: {"type": "conformance", "tokens": ["alice"], "origins": [DOOR]},
    },
}


@dataclass(frozen=True, kw_only=True)
class Reach:
    """The instance's URL and headers through the edge, the stack's CA, and the URL without it."""

    url: str
    headers: dict[str, str]
    ca_file: Path
    direct_url: str


def checkout(folder: Path, stack: str, config: dict[str, Any]) -> Deployment:
    """A checkout that knows one more instance type: the conformance server."""
    made = Deployment.make(folder, stack, config)
    shutil.copytree(SERVER, made.directory / "image" / "conformance")
    return made


def address(container: str) -> str:
    """Where the host reaches a container without the edge."""
    form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    return docker("inspect", "--format", form, container).strip()
