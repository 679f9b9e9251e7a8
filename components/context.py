"""Reads build contexts: the files that an image is made from."""

import stat
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from components.core.digest import ContextFile

# The engine reads it even where .dockerignore names it.
DOCKERFILE = "Dockerfile"


def read_context(folder: Path) -> Iterator[ContextFile]:
    """The files of a folder that its .dockerignore does not leave out."""
    ignore = folder / ".dockerignore"
    patterns = _patterns(ignore.read_text("utf-8")) if ignore.exists() else []
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder).as_posix()
        if file.is_file() and (path == DOCKERFILE or not _ignored(path, patterns)):
            # The owner's bit is what git keeps; what this user may do differs by machine.
            executable = bool(file.stat().st_mode & stat.S_IXUSR)
            yield ContextFile(path=path, content=file.read_bytes(), executable=executable)


def _patterns(ignore: str) -> list[str]:
    lines = (line.strip() for line in ignore.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


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
    names = pattern.removeprefix("**/").strip("/").split("/")
    places = range(len(parts)) if pattern.startswith("**/") else range(1)
    return any(_names(names, parts[place:]) for place in places)


def _names(names: list[str], parts: list[str]) -> bool:
    return len(names) <= len(parts) and all(map(fnmatchcase, parts, names))
