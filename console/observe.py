"""`mcpier status`: asks the engine, without pulumi."""

import os
import sys
import time
from dataclasses import dataclass
from typing import Any

from console import docker
from console.locks import dead_lock, living_lock
from console.memory import memory_of
from console.options import print_json
from console.pulumi import Pulumi
from console.stack_file import read_stack
from console.status import Status, describe
from console.status_json import as_json
from toolchain.shell import pulumi_variables

SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A stack as it is, and what there is to know of an update that is half done."""

    status: Status
    notes: tuple[str, ...]


def look(stack: str) -> Seen:
    """The stack as it is now."""
    spec = read_stack(stack)
    containers = docker.inspect_containers(stack)
    up = [found for found in containers.values() if found["State"]["Running"]]
    return Seen(status=describe(spec, containers, memory_of(up)), notes=_notes(stack))


def show(seen: Seen, *, as_json: bool) -> None:
    """Prints it: as a table, or as one line of JSON."""
    if as_json:
        print_json(_json(seen))
        return
    from console.status_table import render
    from console.tables import table_console

    table_console().print(render(seen.status, seen.notes))


def watch(stack: str, *, as_json: bool) -> None:
    """Shows it again and again, until Ctrl-C; on a terminal in one place."""
    try:
        if as_json or not sys.stdout.isatty():
            while True:
                show(look(stack), as_json=as_json)
                time.sleep(SECONDS)
        _watch_live(stack)
    except KeyboardInterrupt:
        return


def _watch_live(stack: str) -> None:
    from rich.live import Live

    from console.status_table import render

    with Live(auto_refresh=False, screen=True) as live:
        while True:
            seen = look(stack)
            live.update(render(seen.status, seen.notes), refresh=True)
            time.sleep(SECONDS)


def _json(seen: Seen) -> dict[str, Any]:
    return as_json(seen.status) | {"notes": list(seen.notes)}


def _notes(stack: str) -> tuple[str, ...]:
    pulumi = Pulumi(stack=stack, environ={**os.environ, **pulumi_variables(stack)})
    if living := living_lock(pulumi):
        return (f"an update runs: process {living.pid} on {living.host}, since {living.since}",)
    if dead := dead_lock(pulumi):
        return (
            f"the update of process {dead.pid} was killed half-way; make up STACK={stack} goes on "
            "where it stopped",
        )
    return ()
