"""Locks that a killed update leaves on a stack kept in local files."""

import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from console.errors import ConsoleError
from console.pulumi import PROJECT, Pulumi
from toolchain.processes import runs

SCHEME = "file://"


@dataclass(frozen=True, kw_only=True)
class Lock:
    """Who holds a stack."""

    pid: int
    host: str
    since: str

    @property
    def dead(self) -> bool:
        """Whether the holder is known to be gone: only of this host can that be known."""
        return self.host == socket.gethostname() and not runs(self.pid, "pulumi")


def refuse_beside_another(pulumi: Pulumi) -> None:
    """Raises `ConsoleError` where somebody else is at work on the stack."""
    if living := living_lock(pulumi):
        raise ConsoleError(
            f"another update of stack {pulumi.stack} is running: process {living.pid} on "
            f"{living.host}, since {living.since}",
            f"wait until it ends; {_if_not(pulumi.stack, living)}",
        )


def release_dead_locks(pulumi: Pulumi) -> bool:
    """Cancels the update of a process that is gone; whether there was one.

    Raises `ConsoleError` where somebody else is still at work.
    """
    refuse_beside_another(pulumi)
    locks = list(_locks(pulumi))
    for lock in locks:
        print(f"The update of process {lock.pid} was killed half-way: cancelling its lock.")
    if locks:
        pulumi.run("cancel", "--yes", "--stack", pulumi.stack)
    return bool(locks)


def _if_not(stack: str, lock: Lock) -> str:
    """What to do about a lock whose holder does not end."""
    if lock.host == socket.gethostname():
        return "if it hangs, stop it and run this again"
    shell = f'eval "$(make -s env STACK={stack})"'
    return (
        f"if it hangs, stop it there; if {lock.host} is gone, type: {shell} && "
        f"pulumi cancel --yes --stack {stack}"
    )


def living_lock(pulumi: Pulumi) -> Lock | None:
    """The lock of an update that runs, or may run on another host."""
    return next((lock for lock in _locks(pulumi) if not lock.dead), None)


def dead_lock(pulumi: Pulumi) -> Lock | None:
    """The lock of an update that was killed."""
    return next((lock for lock in _locks(pulumi) if lock.dead), None)


def local_root(pulumi: Pulumi) -> Path | None:
    """The folder of a backend of local files; None for any other."""
    backend = pulumi.backend()
    if not backend.startswith(SCHEME):
        return None
    # Pulumi runs in the project's folder: a relative path begins there.
    return PROJECT / os.path.expanduser(backend.removeprefix(SCHEME).partition("?")[0])


def _locks(pulumi: Pulumi) -> Iterator[Lock]:
    root = local_root(pulumi)
    if root is None:
        return
    folder = f".pulumi/locks/organization/{pulumi.project()}/{pulumi.stack}"
    for file in sorted(root.glob(f"{folder}/*.json")):
        yield _read(file)


def _read(file: Path) -> Lock:
    try:
        held = json.loads(file.read_text("utf-8"))
        return Lock(pid=held["pid"], host=held["hostname"], since=held["timestamp"])
    except (ValueError, KeyError, TypeError):
        raise ConsoleError(
            f"the lock {file} cannot be read: it was being written when pulumi was killed",
            f"see that no pulumi runs, then type: rm {file}",
        ) from None
