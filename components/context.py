"""Reads build contexts: the files that an image is made from."""

import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from components.core.digest import ContextFile


def read_context(folder: Path) -> Iterator[ContextFile]:
    """The files of a folder that its .dockerignore does not leave out."""
    ignore = folder / ".dockerignore"
    patterns = ignore.read_text("utf-8").split() if ignore.exists() else []
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder).as_posix()
        if file.is_file() and not _ignored(path, patterns):
            executable = os.access(file, os.X_OK)
            yield ContextFile(path=path, content=file.read_bytes(), executable=executable)


def _ignored(path: str, patterns: list[str]) -> bool:
    """As the engine reads the patterns: the last one that matches decides, `!` takes back in."""
    ignored = False
    for pattern in patterns:
        if _matches(path, pattern.removeprefix("!")):
            ignored = not pattern.startswith("!")
    return ignored


def _matches(path: str, pattern: str) -> bool:
    """Whether a pattern names the path or a folder above it; `**/` matches at any depth."""
    parts = path.split("/")
    if pattern.startswith("**/"):
        return any(fnmatchcase(part, pattern.removeprefix("**/")) for part in parts)
    depth = pattern.count("/") + 1
    return len(parts) >= depth and fnmatchcase("/".join(parts[:depth]), pattern)
