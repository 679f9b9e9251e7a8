"""Who deploys the same containers: mcpier, a bare Pulumi program, and docker-compose."""

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

from tests.e2e.deployment import BASES, Deployment, docker, sweep
from tests.places import place
from toolchain.shell import pulumi_variables

STACK = "e2e-bench"
# The label of what the rivals make; another stack than mcpier's, which would take it for its own.
FLOOR = "e2e-bench-floor"
COMPOSE = "e2e-bench-compose"
ECHO = Path(__file__).parents[2] / "attack" / "echo"
EDGE = place(STACK).edge
LINES = 40
# Without it the program of the image ends at once: tests/attack/echo/type.yaml.
FOLDER = "/run/echo"
FOLDER_OPTIONS = "size=1m,uid=1000,gid=1000,mode=0700"
# What every rival's containers are asked to tell whether they are healthy, and how long they may
# take to answer.
ASK = ["test", "-e", f"{FOLDER}/healthy"]
TIMEOUT_SECONDS = 3
PROGRAM = """
import pulumi, pulumi_docker as docker
config = pulumi.Config()
stack = config.require("stack")
network = docker.Network(
    "network",
    name=f"mcpier-{stack}",
    labels=[docker.NetworkLabelArgs(label="mcpier.stack", value=stack)],
)
for number in range(config.require_int("count")):
    docker.Container(
        f"floor-{number}",
        name=f"mcpier-{stack}-{number}",
        image=config.require("image"),
        network_mode="bridge",
        labels=[docker.ContainerLabelArgs(label="mcpier.stack", value=stack)],
        networks_advanced=[docker.ContainerNetworksAdvancedArgs(name=network.name)],
        memory=128,
        memory_swap=128,
        tmpfs={config.require("folder"): config.require("folderOptions")},
        healthcheck=docker.ContainerHealthcheckArgs(
            tests=["CMD", *config.require_object("ask")],
            interval=f"{config.require_int('interval')}s",
            timeout=f"{config.require_int('timeout')}s",
        ),
        destroy_grace_seconds=1,
    )
"""


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

    def image(self) -> str:
        """The id of the image that the instances run."""
        return docker("inspect", "--format", "{{.Image}}", f"mcpier-{STACK}-mcp-echo-0").strip()

    def down(self) -> None:
        """Takes everything away."""
        self._pulumi("destroy", "--yes", "--stack", STACK)
        sweep(STACK)

    def _pulumi(self, *arguments: str) -> None:
        # As `make env` has it, and `mcpier up`.
        environ = {**self.deployment.environ, **pulumi_variables(STACK)}
        _done(_run(_command(arguments), self.deployment.directory, environ))


@dataclass(frozen=True)
class Floor:
    """A Pulumi program of containers and nothing else."""

    stack: ClassVar[str] = FLOOR
    folder: Path
    image: str
    environ: Mapping[str, str]

    @classmethod
    def make(cls, folder: Path, image: str) -> "Floor":
        project = folder / "floor"
        project.mkdir()
        (project / "__main__.py").write_text(PROGRAM)
        runtime = f"{{name: python, options: {{virtualenv: {sys.prefix}}}}}"
        (project / "Pulumi.yaml").write_text(f"name: floor\nruntime: {runtime}\n")
        state = {"PULUMI_BACKEND_URL": folder.as_uri(), "PULUMI_CONFIG_PASSPHRASE": "x"}
        floor = cls(project, image, {**os.environ, **state, "PULUMI_SKIP_UPDATE_CHECK": "true"})
        floor._pulumi("stack", "init", "floor")
        return floor

    def describe(self, count: int) -> None:
        """Asks for that many containers."""
        known = {
            "stack": FLOOR,
            "image": self.image,
            "count": count,
            "folder": FOLDER,
            "folderOptions": FOLDER_OPTIONS,
            "ask": json.dumps(ASK),
            "interval": interval_seconds(count),
            "timeout": TIMEOUT_SECONDS,
        }
        for key, value in known.items():
            self._pulumi("config", "set", key, str(value))

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
    image: str

    @classmethod
    def make(cls, folder: Path, image: str) -> "Compose":
        project = folder / "compose"
        project.mkdir()
        return cls(project, image)

    def describe(self, count: int) -> None:
        """Asks for that many containers."""
        labels = {"mcpier.stack": COMPOSE}
        service: dict[str, Any] = {
            "image": self.image,
            "mem_limit": "128m",
            "memswap_limit": "128m",
            "labels": labels,
            "tmpfs": [f"{FOLDER}:{FOLDER_OPTIONS}"],
            "healthcheck": {
                "test": ["CMD", *ASK],
                "interval": f"{interval_seconds(count)}s",
                "timeout": f"{TIMEOUT_SECONDS}s",
            },
        }
        services = {f"echo-{number}": service for number in range(count)}
        networks = {"default": {"labels": labels}}
        file = {"version": "2.4", "services": services, "networks": networks}
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


def interval_seconds(count: int) -> int:
    """How often each of so many containers is asked: ten a second in all at most.

    The engine starts a process for each answer. Two hundred containers, asked every five seconds,
    would have two cores do nothing else.
    """
    return max(5, count // 10)


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


def _done(finished: subprocess.CompletedProcess[str]) -> None:
    if finished.returncode != 0:
        # Pulumi's reasons stand between its long lists.
        said = (finished.stdout + finished.stderr).rpartition("Diagnostics:")[2]
        told = [line for line in said.splitlines() if line.strip()][:LINES]
        raise SystemExit("\n".join([f"error: {' '.join(finished.args)} failed:", *told]))
