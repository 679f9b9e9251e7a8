"""The tables of docs/outputs.md: the keys and types that programs may rely on."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.docs.pages import text_of

PAGE = "docs/outputs.md"
ROW = re.compile(r"^\| `(?P<path>[^`]+)` \| (?P<type>[^|]+?) \|", re.MULTILINE)
NAMES = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A path, whose `<…>` stands for any key, and what is said of the values there."""

    path: str
    said: str

    @property
    def optional(self) -> bool:
        """Whether there may be none."""
        return "or absent" in self.said

    @property
    def secret(self) -> bool:
        """Whether it stands encrypted in the state."""
        return "secret" in self.said

    def fits(self, path: str, type_: str) -> bool:
        """Whether a value of this type may be at this path."""
        pattern = re.sub(r"<\w+>", "[^.]+", re.escape(self.path))
        types = re.split(r",? or |, ", self.said)
        known = {"any", type_} | ({"number"} if type_ == "integer" else set())
        return bool(re.fullmatch(pattern, path) and known & set(types))


def rows(heading: str) -> list[Row]:
    """The rows of the table below a heading."""
    (section,) = re.findall(
        rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", text_of(PAGE), re.MULTILINE | re.DOTALL
    )
    return [Row(path=found["path"], said=found["type"]) for found in ROW.finditer(section)]


def unlisted(heading: str, *values: Any) -> list[str]:
    """Paths of the values, with their types, that the table does not have."""
    listed = rows(heading)
    return [
        f"{path}: {type_}"
        for path, type_ in _paths(values)
        if not any(row.fits(path, type_) for row in listed)
    ]


def unmet(heading: str, *values: Any) -> list[str]:
    """Paths of the table that no value has, though it must."""
    found = list(_paths(values))
    return [
        row.path
        for row in rows(heading)
        if not row.optional and not any(row.fits(*each) for each in found)
    ]


def _paths(values: Sequence[Any]) -> Iterator[tuple[str, str]]:
    return (each for value in values for each in _leaves("", value))


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """Each value that holds no other, by its path and the name of its type."""
    if isinstance(value, dict):
        for key, item in value.items():
            # A dot in a name would look like another level.
            yield from _leaves(f"{path}.{key.replace('.', '_')}".lstrip("."), item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(f"{path}[]", item)
    else:
        yield path, NAMES[type(value)]
