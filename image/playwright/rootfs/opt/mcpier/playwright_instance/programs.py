"""Finds supervisord's programs among the container's processes, and repairs them."""

import os
import signal
from contextlib import suppress
from pathlib import Path


def find_program(name: str, proc: Path = Path("/proc")) -> int | None:
    """Return the pid of a program: supervisord names it in the variables of each child.

    Descendants inherit the variables, but only the program itself leads its process group.
    """
    mark = f"SUPERVISOR_PROCESS_NAME={name}".encode()
    for folder in proc.iterdir():
        if not folder.name.isdigit() or not _leads_its_group(folder):
            continue
        try:
            variables = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if mark in variables:
            return int(folder.name)
    return None


def kill_program(name: str) -> None:
    """Kill a program with all its children at once; supervisord starts it again.

    supervisord's own stop asks with SIGTERM first, which a hung program does not hear.
    """
    if pid := find_program(name):
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def _leads_its_group(folder: Path) -> bool:
    try:
        line = (folder / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    # proc_pid_stat(5): after the bracketed name come state, parent and process group.
    return line.rpartition(")")[2].split()[2] == folder.name
