"""The stack that the command line is tried on: instances that only echo, and start in a second."""

from typing import Any

from tests.e2e.deployment import BASES
from tests.places import place

STACK = "e2e-cli"
DOMAIN = "cli.mcpier.localhost"
PLACE = place(STACK)
HTTPS_PORT = PLACE.https_port
PROMETHEUS_PORT = PLACE.admin_port + 1
CONFIG: dict[str, Any] = {
    "mcpier:domain": DOMAIN,
    "mcpier:edge": PLACE.edge,
    "mcpier:bases": BASES,
    "mcpier:observability": {"port": PROMETHEUS_PORT},
    "mcpier:instances": {
        "echo": {"type": "echo", "tokens": ["alice", {"name": "ci", "expires": "2099-01-31"}]},
        "resting": {"type": "echo", "state": "stopped", "tokens": ["bob"]},
    },
}


def container(part: str, stack: str = STACK) -> str:
    """The name of a container of the stack."""
    return f"mcpier-{stack}-{part}"
