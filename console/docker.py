"""The few things asked of the Docker engine; DOCKER_HOST is honoured."""

import subprocess
from dataclasses import dataclass

from console.errors import ConsoleError

NAMES = {"container": "{{.ID}}\t{{.Names}}", "network": "{{.ID}}\t{{.Name}}"}


@dataclass(frozen=True, kw_only=True)
class Found:
    """A container or network of the engine, by its full id."""

    id: str
    name: str


def labelled(kind: str, stack: str) -> list[Found]:
    """Containers or networks that carry a stack's label, running or not."""
    everything = ["--all"] if kind == "container" else []
    listed = _docker(
        kind,
        "ls",
        *everything,
        "--no-trunc",
        "--filter",
        f"label=mcpier.stack={stack}",
        "--format",
        NAMES[kind],
    )
    pairs = (line.split("\t") for line in listed.splitlines())
    return [Found(id=id_, name=name) for id_, name in pairs]


def remove(kind: str, id_: str) -> None:
    """Removes a container, running or not, or a network."""
    _docker(kind, "rm", *(["--force"] if kind == "container" else []), id_)


def _docker(*arguments: str) -> str:
    try:
        done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise ConsoleError(
            "the docker client is not on PATH", "install it, or type: make up"
        ) from None
    if done.returncode != 0:
        raise ConsoleError(
            f"docker {arguments[0]} {arguments[1]} failed: {done.stderr.strip()}",
            "see that the Docker engine runs; `make up` starts one where it can",
        )
    return done.stdout
