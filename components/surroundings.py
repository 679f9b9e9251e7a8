"""Looks up what a config refers to: files of this machine, its environment, and the time."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from components.core.surroundings import Surroundings, Unreadable, named_files


def look_around(project: Path, config: Mapping[str, Any]) -> Surroundings:
    """Reads the files that a config names; relative paths begin at the project."""
    files = {name: _read(project / name) for name in named_files(config)}
    return Surroundings(files=files, now=datetime.now(UTC), environment=os.environ)


def _read(file: Path) -> str | Unreadable:
    try:
        # PEM is ASCII, and anything else is for the parser to refuse.
        return file.read_text("ascii", errors="replace")
    except OSError as error:
        return Unreadable(reason=(error.strerror or "cannot be read").lower())
