"""Whether a process that somebody noted down still runs."""

import os
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")


def runs(pid: int, program: str) -> bool:
    """Whether `pid` is a living process of the program.

    A killed process that nobody has reaped yet does not count, nor one of another program that has
    got the number since. Where /proc does not show it, only whether it lives is known.
    """
    try:
        # `12 (dockerd) S …`: Z is a zombie.
        name, _, state = (PROC / str(pid) / "stat").read_text().rpartition(") ")
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return _lives(pid)
    # A wrapper may have renamed it: `.pulumi-wrapped`.
    return program in name and not state.startswith("Z")


def _lives(pid: int) -> bool:
    """Whether there is such a process: /proc may hide those of other users (hidepid)."""
    try:
        with suppress(PermissionError):
            os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
