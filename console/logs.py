"""The logs of an instance or of a part of the platform."""

import logging
import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from components.core.naming import container_part, host_name
from components.core.parts import platform_parts
from console import docker
from console.connect import pick
from console.errors import ConsoleError
from console.stack_file import read_stack

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Source:
    """A container whose log it is, and the program whose lines alone are meant."""

    container: str
    program: str | None


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a log: when it was logged (ISO 8601), and by which program if that is known."""

    time: str
    part: str | None
    text: str


def find(stack: str, name: str, part: str | None) -> Source:
    """Where the log of an instance, a platform part, or a part of an instance is.

    A part is a side container, or a program of the instance's own.
    """
    spec = read_stack(stack)
    known = {part: part for part in platform_parts(spec)}
    known |= {item.id: container_part(item.id) for item in spec.instances}
    container = host_name(stack, pick(known, name, f"stack {stack} has no instance {name}"))
    there = docker.names("container", stack)
    if container not in there:
        raise ConsoleError(
            f"{name} has no container", f"see what runs: mcpier status --stack {stack}"
        )
    beside = host_name(stack, container_part(name, part or ""))
    return (
        Source(container=beside, program=None)
        if part and beside in there
        else Source(container=container, program=part)
    )


def show(source: Source, options: list[str]) -> None:
    """Becomes docker's own command, which passes the log through."""
    command = ["docker", "container", "logs", *options, source.container]
    _log.info("%s", shlex.join(command))
    os.execvp(command[0], command)


def lines(source: Source, options: list[str]) -> Iterator[Line]:
    """The log line by line, of one program or of all; `ConsoleError` where that has no line."""
    named: set[str] = set()
    for line in docker.log_lines(source.container, "--timestamps", *options):
        read = _read(line)
        named |= {read.part} if read.part else set()
        if source.program in (None, read.part):
            yield read
    if source.program and source.program not in named:
        known = ", ".join(sorted(named)) or "none: leave the part out"
        raise ConsoleError(
            f"no line of {source.container}'s log is said to be of {source.program}",
            f"programs that are named in it: {known}",
        )


def _read(line: str) -> Line:
    """Programs of one container stand before their lines: `[chromium] …`."""
    time, _, text = line.partition(" ")
    name, closed, rest = text.removeprefix("[").partition("] ")
    known = bool(closed) and text.startswith("[") and " " not in name
    return Line(time=time, part=name if known else None, text=rest if known else text)
