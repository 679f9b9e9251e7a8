"""Keys that have other names now; each is told for one major version."""

import re

# What a key is called now, by its path before, in which <id> stands for an instance's id.
RENAMED: dict[str, str] = {}
ID = re.compile(r"^(mcpier:(?:secrets\.)?instances\.)[^.]+")


def new_name(path: str) -> str | None:
    """What the last key of a path is called now, if it has another name."""
    return RENAMED.get(ID.sub(r"\1<id>", path))
