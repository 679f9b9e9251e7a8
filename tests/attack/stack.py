"""The stack that is attacked: a deployment of its own, whose instances only echo."""

import json
import shutil
import socket
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from components.core.routing import OPERATIONS_PORT
from tests.e2e.deployment import BASES, Deployment, docker
from tests.places import place

STACK = "e2e-attack"
DOMAIN = "attack.mcpier.localhost"
PLACE = place(STACK)
GATE = f"mcpier-{STACK}-authgate"
REGISTRY = f"mcpier-{STACK}-registry"
READINESS = (PLACE.gate, OPERATIONS_PORT)
LISTED_ORIGIN = "https://app.example.org"
# Ids of one length: pages name the host, and shall otherwise be the same to the byte.
SECOND, HALTED, AILING, UNKNOWN = "second", "halted", "ailing", "nobody"
RUNNING = ("echo", SECOND, AILING)
INSTANCES: dict[str, dict[str, Any]] = {
    "echo": {"type": "echo", "tokens": ["alice", "leaver"], "origins": [LISTED_ORIGIN]},
    SECOND: {"type": "echo", "tokens": ["bob"]},
    HALTED: {"type": "echo", "state": "stopped", "tokens": ["carol"]},
    AILING: {"type": "echo", "tokens": ["dave"]},
}
REPORT_PORT = 9099


def config(instances: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The stack's file, with these instances."""
    return {
        "mcpier:domain": DOMAIN,
        "mcpier:edge": PLACE.edge,
        "mcpier:tls": {"mode": "self-signed"},
        "mcpier:bases": BASES,
        "mcpier:instances": instances,
    }


def checkout(directory: Path, stack: str, config: dict[str, Any]) -> Deployment:
    """A checkout that knows one more instance type: the backend that echoes."""
    made = Deployment.make(directory, stack, config)
    shutil.copytree(Path(__file__).parent / "echo", made.directory / "image" / "echo")
    return made


def with_pictures(made: Deployment) -> Deployment:
    """The same, where the portal is to show what echoes.

    Not in the type's own file: the version that an upgrade begins with does not know it.
    """
    file = made.directory / "image" / "echo" / "type.yaml"
    described = yaml.safe_load(file.read_text())
    described["endpoints"]["vnc"]["thumbnail"] = "/hostile"
    file.write_text(yaml.safe_dump(described))
    return made


def up(deployment: Deployment) -> str:
    """What `make up` prints, which must succeed."""
    done = deployment.make_target("up", timeout=900)
    assert done.returncode == 0, done.stdout
    return done.stdout


def container(instance: str) -> str:
    """The name of an instance's container."""
    return f"mcpier-{STACK}-mcp-{instance}"


def address(instance: str) -> str:
    """Where the host reaches an instance's container without the edge."""
    form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    return docker("inspect", "--format", form, container(instance)).strip()


def heard_at(address: str) -> Counter[str]:
    """What the backend at this address has heard since it started, by target."""
    with (
        socket.create_connection((address, REPORT_PORT), timeout=5) as report,
        report.makefile("rb") as stream,
    ):
        return Counter(json.loads(stream.read()))
