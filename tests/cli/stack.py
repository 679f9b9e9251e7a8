"""The stack that the command line is tried on: instances that only echo, and start in a second."""

from typing import Any

from tests.e2e.deployment import BASES

STACK = "cli"
DOMAIN = "cli.mcpier.localhost"
HTTPS_PORT = 36443
EDGE = {
    "httpPort": 36080,
    "httpsPort": HTTPS_PORT,
    "adminPort": 36943,
    "controlSubnet": "10.77.15.0/28",
}
CONFIG: dict[str, Any] = {
    "mcpier:domain": DOMAIN,
    "mcpier:edge": EDGE,
    "mcpier:bases": BASES,
    "mcpier:instances": {
        "echo": {"type": "echo", "tokens": ["alice", {"name": "ci", "expires": "2099-01-31"}]},
        "resting": {"type": "echo", "state": "stopped", "tokens": ["bob"]},
    },
}


def container(part: str, stack: str = STACK) -> str:
    """The name of a container of the stack."""
    return f"mcpier-{stack}-{part}"
