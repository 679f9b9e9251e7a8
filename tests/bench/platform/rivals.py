"""Who deploys the same containers: mcpier, a bare Pulumi program, and docker-compose.

The others' are made of what mcpier declares of one of its own.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import yaml

from console.compose.service import service
from tests.e2e.deployment import BASES, Deployment, sweep
from tests.places import place
from toolchain.shell import pulumi_variables

STACK = "e2e-bench"
# The label of what the rivals make; another stack than mcpier's, which would take it for its own.
FLOOR = "e2e-bench-floor"
COMPOSE = "e2e-bench-compose"
ECHO = Path(__file__).parents[2] / "attack" / "echo"
EDGE = place(STACK).edge
LINES = 40
# What containers are asked to tell whether they are healthy, and how long they may take to answer.
ASK = ["test", "-e", "/run/echo/healthy"]
TIMEOUT_SECONDS = 3
PROGRAM = """
import json, pathlib, re
import pulumi, pulumi_docker as docker

stack, containers = json.loads(pathlib.Path("containers.json").read_text())
network = docker.Network(
    "network",
    name=f"mcpier-{stack}-instances",
    labels=[docker.NetworkLabelArgs(label="mcpier.stack", value=stack)],
)
for container in containers:
    inputs = {re.sub("[A-Z]", r"_\\g<0>", key).lower(): container[key] for key in container}
    behind = pulumi.ResourceOptions(depends_on=[network])
    docker.Container(container["name"], **inputs, opts=behind)
"""
Inputs = Mapping[str, Any]


@dataclass(frozen=True)
class Mcpier:
    """mcpier, with instances that only echo."""

    stack: ClassVar[str] = STACK
    deployment: Deployment

    @classmethod
    def make(cls, folder: Path) -> "Mcpier":
        deployment = Deployment.make(folder / "mcpier", STACK, _config(0))
        kind = deployment.directory / "image" / "echo"
        shutil.copytree(ECHO, kind)
        made = cls(deployment)
        made._pulumi("stack", "init", STACK)
        return made

    def describe(self, count: int) -> None:
        """Asks for the platform and that many instances."""
        file = self.deployment.directory / "image" / "echo" / "type.yaml"
        interval = interval_seconds(count)
        health = {"command": ASK, "intervalSeconds": interval, "timeoutSeconds": TIMEOUT_SECONDS}
        described = yaml.safe_load(file.read_text())
        file.write_text(yaml.safe_dump({**described, "health": health}))
        self.deployment.write(_config(count))

    def up(self) -> None:
        """Deploys what was asked for."""
        self._pulumi("up", "--yes", "--stack", STACK)

    def container(self) -> Inputs:
        """The first instance's container, as the program declares it."""
        resources = json.loads(self._pulumi("stack", "export"))["deployment"]["resources"]
        name = "::mcp-echo-0-container"
        stored = next(each["inputs"] for each in resources if each["urn"].endswith(name))
        inputs: Inputs = _without_defaults(stored)
        return inputs

    def down(self) -> None:
        """Takes everything away."""
        self._pulumi("destroy", "--yes", "--stack", STACK)
        sweep(STACK)

    def _pulumi(self, *arguments: str) -> str:
        # As `make env` has it, and `mcpier up`.
        environ = {**self.deployment.environ, **pulumi_variables(STACK)}
        return _done(_run(_command(arguments), self.deployment.directory, environ))


@dataclass(frozen=True)
class Floor:
    """A Pulumi program of the same containers and nothing else."""

    stack: ClassVar[str] = FLOOR
    folder: Path
    container: Inputs
    environ: Mapping[str, str]

    @classmethod
    def make(cls, folder: Path, container: Inputs) -> "Floor":
        project = folder / "floor"
        project.mkdir()
        (project / "__main__.py").write_text(PROGRAM)
        runtime = f"{{name: python, options: {{virtualenv: {sys.prefix}}}}}"
        (project / "Pulumi.yaml").write_text(f"name: floor\nruntime: {runtime}\n")
        state = {"PULUMI_BACKEND_URL": folder.as_uri(), "PULUMI_CONFIG_PASSPHRASE": "x"}
        environ = {**os.environ, **state, "PULUMI_SKIP_UPDATE_CHECK": "true"}
        floor = cls(project, container, environ)
        floor._pulumi("stack", "init", "floor")
        return floor

    def describe(self, count: int) -> None:
        """Asks for that many containers."""
        told = json.dumps([FLOOR, alike(self.container, FLOOR, count)])
        (self.folder / "containers.json").write_text(told)

    def up(self) -> None:
        """Deploys what was asked for."""
        self._pulumi("up", "--yes")

    def down(self) -> None:
        """Takes everything away."""
        self._pulumi("destroy", "--yes")

    def _pulumi(self, *arguments: str) -> None:
        _done(_run(_command(arguments), self.folder, self.environ))


@dataclass(frozen=True)
class Compose:
    """docker-compose with the same containers."""

    stack: ClassVar[str] = COMPOSE
    folder: Path
    container: Inputs

    @classmethod
    def make(cls, folder: Path, container: Inputs) -> "Compose":
        project = folder / "compose"
        project.mkdir()
        return cls(project, container)

    def describe(self, count: int) -> None:
        """Asks for that many containers."""
        containers = alike(self.container, COMPOSE, count)
        network = f"mcpier-{COMPOSE}-instances"
        file = {
            "version": "2.4",
            "services": {each["name"]: service(each, "") for each in containers},
            "networks": {network: {"name": network, "labels": {"mcpier.stack": COMPOSE}}},
        }
        (self.folder / "docker-compose.yml").write_text(json.dumps(file))

    def up(self) -> None:
        """Deploys what was asked for."""
        self._compose("up", "-d", "--remove-orphans")

    def down(self) -> None:
        """Takes everything away."""
        self._compose("down", "--timeout", "1")

    def _compose(self, *arguments: str) -> None:
        command = ["docker-compose", "--project-name", f"mcpier-{COMPOSE}", *arguments]
        _done(_run(command, self.folder, os.environ))


def alike(container: Inputs, stack: str, count: int) -> list[Inputs]:
    """That many containers of another stack, which differ in their names and what follows them."""
    health = {**container["healthcheck"], "interval": f"{interval_seconds(count)}s"}
    text = json.dumps({**container, "healthcheck": health}).replace(STACK, stack)
    return [json.loads(text.replace("echo-0", f"echo-{number}")) for number in range(count)]


def interval_seconds(count: int) -> int:
    """How often each of so many containers is asked: ten a second in all at most.

    The engine starts a process for each answer. Two hundred containers, asked every five seconds,
    would have two cores do nothing else.
    """
    return max(5, count // 10)


def _without_defaults(value: Any) -> Any:
    """What a program wrote, of what the state says of it: the provider adds to that."""
    if isinstance(value, list):
        return [_without_defaults(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    added = {"__defaults", *value.get("__defaults", ())}
    return {key: _without_defaults(value[key]) for key in value.keys() - added}


def _config(count: int) -> dict[str, Any]:
    instances = {f"echo-{number}": {"type": "echo", "tokens": ["t"]} for number in range(count)}
    return {
        "mcpier:domain": "bench.mcpier.localhost",
        "mcpier:edge": EDGE,
        "mcpier:bases": BASES,
        "mcpier:instances": instances,
    }


def _command(arguments: tuple[str, ...]) -> list[str]:
    return ["pulumi", *arguments, "--non-interactive"]


def _run(
    command: list[str], folder: Path, environ: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=dict(environ), capture_output=True, text=True, timeout=1800
    )


def _done(finished: subprocess.CompletedProcess[str]) -> str:
    if finished.returncode != 0:
        # Pulumi's reasons stand between its long lists.
        said = (finished.stdout + finished.stderr).rpartition("Diagnostics:")[2]
        told = [line for line in said.splitlines() if line.strip()][:LINES]
        raise SystemExit("\n".join([f"error: {' '.join(finished.args)} failed:", *told]))
    return finished.stdout
