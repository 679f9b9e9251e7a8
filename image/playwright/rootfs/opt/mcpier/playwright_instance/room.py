"""Keeps room among the files: a tool's answer fails where its snapshot finds none."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG

FILES = Path("/home/mcpier/files")
# Playwright MCP keeps its own files below half of the folder; downloads know no such bound.
FULL = 0.75
ENOUGH = 0.5


def make_room(folder: Path = FILES) -> list[str]:
    """Remove the oldest files if the folder's file system is nearly full; return their names."""
    status = os.statvfs(folder)
    size, used = status.f_blocks * status.f_frsize, status.f_blocks - status.f_bfree
    if used < FULL * status.f_blocks:
        return []
    return remove_oldest(folder, int(used * status.f_frsize - ENOUGH * size))


def remove_oldest(folder: Path, excess: int) -> list[str]:
    """Remove the oldest files until so many bytes are gone; return their names."""
    removed = []
    for _, size, path in sorted(_files(folder)):
        if excess <= 0:
            break
        with suppress(OSError):
            path.unlink()
            excess -= size
            removed.append(path.name)
    return removed


def _files(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """The files below a folder with time and size; one that is gone meanwhile is none."""
    for path in folder.rglob("*"):
        with suppress(OSError):
            status = path.lstat()
            if S_ISREG(status.st_mode):
                yield status.st_mtime, status.st_size, path
