"""The few things asked of the Docker engine; DOCKER_HOST is honoured."""

import json
import logging
import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from console.drift import Host
from console.errors import ConsoleError
from toolchain.docker_host import elsewhere, silence

# By kind: how its full id and name are asked for; a volume's id is its name.
LISTINGS = {
    "container": ("--all", "--no-trunc", "--format", "{{.ID}}\t{{.Names}}"),
    "network": ("--no-trunc", "--format", "{{.ID}}\t{{.Name}}"),
    "volume": ("--format", "{{.Name}}\t{{.Name}}"),
}


# How the client begins to say that it got no answer at all.
_UNANSWERED = re.compile(
    "error during connect|annot connect to the Docker daemon|unable to resolve docker endpoint|"
    "permission denied while trying to connect"
)
_log = logging.getLogger(__name__)
GONE = "no such"
_NO_BASE = "No such image: mcpier/base-"
_SEE_ENGINE = "see that the Docker engine runs; `make up` starts one where it can"


@dataclass(frozen=True, kw_only=True)
class Found:
    """A container, network or volume of the engine, by its full id."""

    id: str
    name: str


def labelled(kind: str, stack: str) -> list[Found]:
    """Containers (running or not), networks or volumes that carry a stack's label."""
    listed = _docker(kind, "ls", "--filter", f"label=mcpier.stack={stack}", *LISTINGS[kind])
    pairs = (line.split("\t") for line in listed.splitlines())
    return [Found(id=id_, name=name) for id_, name in pairs]


def names(kind: str, stack: str) -> set[str]:
    """The names of those that carry a stack's label."""
    return {found.name for found in labelled(kind, stack)}


def running(stack: str) -> set[str]:
    """The ids of a stack's containers that run."""
    marked = ("--filter", f"label=mcpier.stack={stack}")
    return set(_docker("container", "ls", *marked, "--no-trunc", "--quiet").split())


def image_ids() -> set[str]:
    """The ids of all images of the engine."""
    return set(_docker("image", "ls", "--no-trunc", "--quiet").split())


def image_names() -> set[str]:
    """All names of the engine's images: `<repository>:<tag>`."""
    return set(_docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").split())


def inspect_stack(stack: str) -> Host:
    """What the engine tells of a stack's containers, running or not, and of their images."""
    containers = inspect_containers(stack)
    images = sorted({str(container["Image"]) for container in containers.values()})
    return Host(containers=containers, images=inspect("image", images))


def inspect_containers(stack: str) -> Mapping[str, Mapping[str, Any]]:
    """What the engine tells of a stack's containers, running or not, by id."""
    return inspect("container", [found.id for found in labelled("container", stack)])


def inspect(kind: str, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    """What the engine tells of containers, images or networks that are still there, by id."""
    if not ids:
        return {}
    done = _run(kind, "inspect", *ids)
    # It prints what it has found, whatever has gone since it was listed.
    if done.returncode != 0 and GONE not in done.stderr.lower():
        raise _failure(f"docker {kind} inspect failed", done.stderr.strip())
    return {each["Id"]: each for each in json.loads(done.stdout)}


def all_containers() -> Mapping[str, Mapping[str, Any]]:
    """What the engine tells of all its containers, running or not, by id."""
    return inspect(
        "container", _docker("container", "ls", "--all", "--no-trunc", "--quiet").split()
    )


def subnets() -> list[tuple[str, IPv4Network | IPv6Network]]:
    """The addresses of the engine's networks, each with the network's name."""
    found = inspect("network", _docker("network", "ls", "--no-trunc", "--quiet").split())
    return [
        (network["Name"], ip_network(each["Subnet"]))
        for network in found.values()
        for each in network["IPAM"]["Config"] or ()
    ]


def switch(verb: str, container: str) -> None:
    """Starts, stops or restarts a container, as long as its own time to stop lasts."""
    _docker("container", verb, container)


def log_lines(container: str, *options: str) -> Iterator[str]:
    """What a container has logged on stdout and stderr, line by line, as `options` ask."""
    command = ["docker", "container", "logs", *options, container]
    _log.info("%s", shlex.join(command))
    pipe, merged = subprocess.PIPE, subprocess.STDOUT
    with subprocess.Popen(
        command, stdout=pipe, stderr=merged, encoding="utf-8", errors="replace"
    ) as logs:
        assert logs.stdout is not None
        try:
            yield from (line.rstrip("\n") for line in logs.stdout)
        finally:
            logs.terminate()


def remove_image(reference: str) -> None:
    """Removes an image by its name or, where it has none, its id."""
    _docker("image", "rm", reference)


def engine() -> dict[str, Any]:
    """What the engine tells of itself: `docker info`."""
    found: dict[str, Any] = json.loads(_docker("system", "info", "--format", "{{json .}}"))
    # Older clients end with 0 where no engine answers.
    if errors := found.get("ServerErrors"):
        raise _failure("the Docker engine does not answer", "; ".join(errors))
    return found


def run_in(container: str, *command: str) -> str:
    """What a command prints in a container that runs."""
    return _docker("container", "exec", container, *command)


def inspect_network(name: str) -> Mapping[str, Any]:
    """What the engine tells of a network."""
    (found,) = inspect("network", [name]).values()
    return found


def bridge(network: Mapping[str, Any]) -> str:
    """The host's interface of a network, of what the engine tells of that."""
    return f"br-{network['Id'][:12]}"


def published_ports() -> list[tuple[str, str]]:
    """Name and published ports, as the client writes them, of every container that runs."""
    listed = _docker("container", "ls", "--format", "{{.Names}}\t{{.Ports}}")
    pairs = (line.partition("\t") for line in listed.splitlines())
    return [(name, ports) for name, _, ports in pairs]


def run(command: Sequence[str], question: str) -> str:
    """What a throw-away container prints; `command` begins with `docker run`."""
    return _docker(*command[1:], question=question)


def remove(kind: str, id_: str) -> None:
    """Removes a container, running or not, a network or a volume."""
    _docker(kind, "rm", *(["--force"] if kind == "container" else []), id_)


def _docker(*arguments: str, question: str | None = None) -> str:
    done = _run(*arguments, question=question)
    if done.returncode != 0:
        raise _failure(f"docker {arguments[0]} {arguments[1]} failed", done.stderr.strip())
    return done.stdout


def _run(*arguments: str, question: str | None = None) -> subprocess.CompletedProcess[str]:
    _log.info("%s", shlex.join(["docker", *arguments]))
    try:
        return subprocess.run(
            ["docker", *arguments], input=question, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise ConsoleError(
            "the docker client is not on PATH", "install it, or type: make up"
        ) from None


def _failure(what: str, said: str) -> ConsoleError:
    host = elsewhere(os.environ)
    if host and _UNANSWERED.search(said):
        silent = silence(host, said)
        return ConsoleError(silent.what, silent.remedy)
    if _NO_BASE in said:
        return ConsoleError(f"{what}: {said}", "type: make up; it sees to the base images first")
    return ConsoleError(f"{what}: {said}", _SEE_ENGINE)


def arguments(container: str) -> list[str]:
    """The command line of a container that runs; empty where there is none."""
    running = _docker(
        "container", "ls", "--filter", f"name=^{container}$", "--format", "{{.Names}}"
    )
    if not running.strip():
        return []
    shown = _docker("container", "inspect", "--format", "{{json .Args}}", container)
    given: list[str] = json.loads(shown)
    return given
