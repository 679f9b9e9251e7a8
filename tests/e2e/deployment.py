"""A deployment as a user makes one: a checkout of its own, its own stack, ports and state."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from tests.places import place

PROJECT = Path(__file__).resolve().parents[2]
STACK = "e2e"
DOMAIN = "e2e.mcpier.localhost"
PLACE = place(STACK)
HTTPS_PORT = PLACE.https_port
BASES = {
    "debian": "mcpier/base-debian:bookworm",
    "node": "mcpier/base-node:22-bookworm",
    "python": "mcpier/base-python:3.11-bookworm",
    "traefik": "mcpier/base-traefik:3.7.15",
}
SECRETS = "mcpier:secrets"
CONFIG = {
    "mcpier:domain": DOMAIN,
    "mcpier:edge": PLACE.edge,
    "mcpier:tls": {"mode": "self-signed"},
    "mcpier:bases": BASES,
    "mcpier:instances": {
        "demo": {
            "type": "playwright",
            "screen": "1280x800x24",
            "profile": "persistent",
            "tokens": ["alice", "ci"],
        },
        "other": {"type": "playwright", "state": "stopped", "tokens": ["bob"]},
    },
}


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A checkout in a directory of its own, and the environment in which its commands run."""

    directory: Path
    stack: str
    environ: Mapping[str, str]

    @classmethod
    def make(cls, directory: Path, stack: str, config: Mapping[str, Any]) -> "Deployment":
        """Copies the checkout and writes the stack's file; its state is kept below `directory`."""
        checkout, state = directory / "checkout", directory / "state"
        state.mkdir(parents=True)
        tracked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(tracked, cwd=PROJECT, capture_output=True, check=True).stdout
        for name in filter(None, listed.decode().split("\0")):
            if (PROJECT / name).is_file():
                (checkout / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(PROJECT / name, checkout / name)
        (checkout / ".venv").symlink_to(PROJECT / ".venv")
        made = cls(
            directory=checkout,
            stack=stack,
            environ={
                **os.environ,
                "PULUMI_BACKEND_URL": state.as_uri(),
                "PULUMI_CONFIG_PASSPHRASE": "a passphrase of the tests",
            },
        )
        made.write(config)
        return made

    def elsewhere(self, directory: Path, **environ: str) -> "Deployment":
        """The same stack and state in a copy of the checkout, with further variables set."""
        shutil.copytree(self.directory, directory, symlinks=True)
        return replace(self, directory=directory, environ={**self.environ, **environ})

    def write(self, config: Mapping[str, Any]) -> None:
        """Writes the stack's file (JSON is YAML), keeping the salt and secrets of Pulumi's."""
        file = self.directory / "stacks" / f"Pulumi.{self.stack}.yaml"
        before = yaml.safe_load(file.read_text()) if file.exists() else {}
        kept = {key: before[key] for key in ("encryptionsalt",) if key in before}
        secrets = {key: value for key, value in before.get("config", {}).items() if key == SECRETS}
        file.write_text(json.dumps(kept | {"config": {**secrets, **config}}))

    def set_secret(self, path: str, value: str) -> None:
        """Sets one value of `mcpier:secrets`, as its message about a missing one says."""
        words = ["config", "set", "--secret", "--path", f"{SECRETS}.{path}", value]
        done = self.pulumi(*words, "--stack", self.stack)
        assert done.returncode == 0, done.stdout

    def run(self, *command: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """Runs a command in the checkout; its output is kept, stdout and stderr together."""
        return subprocess.run(
            command,
            cwd=self.directory,
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
        )

    def make_target(self, target: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """Runs a target of the Makefile for this stack."""
        return self.run("make", target, f"STACK={self.stack}", timeout=timeout)

    def pulumi(self, *arguments: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """Types pulumi by hand, with the line that the README gives."""
        line = f'eval "$(make -s env STACK={self.stack})" && exec pulumi "$@"'
        return self.run("bash", "-c", line, "pulumi", *arguments, timeout=timeout)

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, secrets and all."""
        shown = self.pulumi("stack", "output", "--json", "--show-secrets", "--stack", self.stack)
        assert shown.returncode == 0, shown.stdout
        outputs: dict[str, Any] = json.loads(shown.stdout)
        return outputs


def left_on_host(stack: str) -> list[str]:
    """Names of the containers, networks and volumes that carry a stack's label."""
    found = []
    for kind, form in (
        ("container", "{{.Names}}"),
        ("network", "{{.Name}}"),
        ("volume", "{{.Name}}"),
    ):
        everything = ["--all"] if kind == "container" else []
        label = f"label=mcpier.stack={stack}"
        listed = docker(kind, "ls", *everything, "--filter", label, "--format", form)
        found += [f"{kind} {name}" for name in listed.split()]
    return found


@contextmanager
def taken_away(deployment: Deployment, *repositories: str) -> Iterator[None]:
    """Takes the deployment's stack away behind what is done with it; it must leave nothing.

    `repositories` are those of the images of the tests' own types, which go too.
    """
    stack = deployment.stack
    sweep(stack)
    try:
        yield
        destroyed = deployment.make_target("destroy")
        assert destroyed.returncode == 0, destroyed.stdout
        assert left_on_host(stack) == []
    finally:
        sweep(stack)
        for repository in repositories:
            remove_images(repository)


def sweep(stack: str) -> None:
    """Removes what an earlier run of the tests left of a stack."""
    for found in left_on_host(stack):
        kind, name = found.split()
        docker(kind, "rm", *([] if kind == "network" else ["--force"]), name)


def remove_images(repository: str) -> None:
    """Removes the images that stacks have built for a type of the tests, but those in use."""
    for image in docker("image", "ls", "--quiet", repository).split():
        subprocess.run(["docker", "image", "rm", image], capture_output=True, check=False)


def docker(*arguments: str) -> str:
    """What a docker command prints; it must succeed."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr}"
    return done.stdout
