"""Keys that have other names now; each is told for one major version."""

import re
from collections.abc import Mapping

# By its path, with <id> for an instance's id, and what the key is called now.
RENAMED: dict[str, str] = {}
ID = re.compile(r"(?<=^mcpier:instances\.)[^.]+")


def new_name(path: str, renamed: Mapping[str, str] = RENAMED) -> str | None:
    """What the last key of a path is called now, if it has another name."""
    return renamed.get(ID.sub("<id>", path))
