"""Keeps room among the files: a tool's answer fails where its snapshot finds none."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG

FILES = Path("/home/mcpier/files")
# Playwright MCP's own bound, --output-max-size, would read the folder in every call: 0.1 s more of
# each with 5,000 files, which an agent's snapshots are within a day. Downloads know no bound.
FULL = 0.75
ENOUGH = 0.5


def make_room(folder: Path = FILES) -> list[str]:
    """Remove the oldest files if the folder's file system is nearly full; return their names."""
    status = os.statvfs(folder)
    size = status.f_blocks * status.f_frsize
    return remove_oldest(folder, excess(size, size - status.f_bfree * status.f_frsize))


def excess(size: int, used: int) -> int:
    """How many bytes are to be removed from a file system: none unless it is nearly full."""
    return used - int(ENOUGH * size) if used >= FULL * size else 0


def remove_oldest(folder: Path, too_many: int) -> list[str]:
    """Remove the oldest files until so many bytes are gone; return their names."""
    removed: list[str] = []
    if too_many <= 0:
        return removed
    for _, size, path in sorted(_files(folder)):
        if too_many <= 0:
            break
        with suppress(OSError):
            path.unlink()
            too_many -= size
            removed.append(path.name)
    return removed


def _files(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """The files below a folder with time and size; one that is gone meanwhile is none."""
    for path in folder.rglob("*"):
        with suppress(OSError):
            status = path.lstat()
            if S_ISREG(status.st_mode):
                yield status.st_mtime, status.st_size, path
