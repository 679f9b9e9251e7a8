"""A stack of light instances, of which some are broken in the ways that instances break."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import httpx2
import yaml

from tests.attack.stack import checkout
from tests.e2e.deployment import BASES, Deployment, docker
from tests.e2e.watching import EventStream
from tests.places import place
from tests.waiting import until

STACK = "e2e-light"
DOMAIN = "light.mcpier.localhost"
PLACE = place(STACK)
HTTPS_PORT = PLACE.https_port
INSTANCES = {"steady": {"type": "echo", "tokens": ["alice"]}}
TYPE: dict[str, Any] = {
    "description": "Breaks; for the tests of failing deploys alone.",
    "build": {"base": "python"},
    "endpoints": {"mcp": {"port": 8080, "path": "/mcp"}},
    "otherVariables": {},
    "limits": {"memory": 64, "pids": 32, "cpus": 1},
    "stopSeconds": 1,
    "health": {
        "command": ["test", "-e", "/healthy"],
        "intervalSeconds": 1,
        "timeoutSeconds": 3,
        "startPeriodSeconds": 1,
        "retries": 2,
    },
}
HEAD = "ARG BASE=python:3.11-slim-bookworm\nFROM ${BASE}\n"


def config(instances: Mapping[str, Any]) -> dict[str, Any]:
    """The stack's file, with these instances."""
    return {
        "mcpier:domain": DOMAIN,
        "mcpier:edge": PLACE.edge,
        "mcpier:tls": {"mode": "self-signed"},
        "mcpier:bases": BASES,
        "mcpier:instances": dict(instances),
    }


@dataclass(frozen=True, kw_only=True)
class LightStack:
    """Its checkout, which knows the type `echo` besides."""

    deployment: Deployment

    @classmethod
    def make(cls, folder: Path) -> "LightStack":
        """Nothing of it is up."""
        return cls(deployment=checkout(folder, STACK, config(INSTANCES)))

    def write(self, instances: Mapping[str, Any]) -> None:
        """Writes the stack's file with these instances beside the steady one."""
        self.deployment.write(config({**INSTANCES, **instances}))

    def write_type(self, name: str, lines: str) -> None:
        """Writes an instance type by the lines of its Dockerfile behind FROM."""
        folder = self.deployment.directory / "image" / name
        folder.mkdir(exist_ok=True)
        (folder / "type.yaml").write_text(yaml.safe_dump(TYPE))
        (folder / "Dockerfile").write_text(HEAD + lines + "\n")

    def up(self) -> str:
        """What an `up` says, which must succeed."""
        done = self.deployment.make_target("up", timeout=900)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def refused(self, *command: str) -> str:
        """What a target of the Makefile says when it fails, as it must, and without a traceback."""
        done: CompletedProcess[str] = self.deployment.run(
            "make", *command, f"STACK={STACK}", timeout=900
        )
        assert done.returncode != 0, done.stdout
        assert "Traceback" not in done.stdout, done.stdout
        return done.stdout

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Whatever happens in the block: the steady instance's stream goes on without a gap."""
        outputs = self.deployment.outputs()
        trust = ssl.create_default_context(cadata=outputs["ca"])
        token = outputs["clients"]["steady"]["alice"]["headers"]
        url = f"https://mcp-steady.{DOMAIN}:{HTTPS_PORT}/stream"
        stream = EventStream(url, token, trust)
        with stream.running():
            until(lambda: stream.moments or stream.broken, 20, "the stream has not begun")
            yield
        assert stream.broken == "", stream.broken
        assert stream.longest_gap < 3

    def answers(self, instance: str, token: str = "alice") -> int:
        """The status of a request to an instance with one of its tokens."""
        outputs = self.deployment.outputs()
        client = outputs["clients"][instance][token]
        trust = ssl.create_default_context(cadata=outputs["ca"])
        with httpx2.Client(verify=trust, timeout=10) as http:
            return http.get(client["url"], headers=client["headers"]).status_code


def container(instance: str) -> str:
    """The name of an instance's container."""
    return f"mcpier-{STACK}-mcp-{instance}"


def container_id(name: str) -> str:
    """The id of a container by its name."""
    return docker("inspect", "--format", "{{.Id}}", name).strip()
