"""Reads one mapping of a config, key by key, and collects every problem instead of stopping."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from components.core.errors import Problem, nearest

KINDS = {
    dict: "a mapping",
    list: "a list",
    str: "text",
    bool: "true or false",
    type(None): "nothing",
}


def kind_of(value: object) -> str:
    """What kind of value it is, for messages."""
    return KINDS.get(type(value), type(value).__name__)


def shown(value: object) -> str:
    """A value as an error message shows it: short, and never a mapping's content."""
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "…")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return kind_of(value)


class Section:
    """A mapping at `path`; a reader gives the value, or the default where it noted a problem.

    What a hidden one holds stands in no message.
    """

    def __init__(
        self, path: str, value: object, problems: list[Problem], *, hidden: bool = False
    ) -> None:
        self.path = path
        self.problems = problems
        self._shown = kind_of if hidden else shown
        self._read: set[str] = set()
        self._values: Mapping[str, Any] = {}
        if isinstance(value, Mapping):
            # YAML gives numbers and dates for some keys; Pulumi gives text for all.
            self._values = {str(key): entry for key, entry in value.items()}
        elif value is not None:
            self.reject("a mapping", value, "Write one `key: value` a line below it.")
            # What it lacks goes without saying.
            self.problems = []

    def problem(self, key: str, expected: str, remedy: str) -> None:
        """Notes that the value of `key` is not what is expected."""
        self._note(self.at(key), expected, self._values.get(key), remedy)

    def mismatch(self, key: str, expected: str, found: str, remedy: str) -> None:
        """Notes that what the value of `key` leads to is not what is expected."""
        self.problems.append(
            Problem(path=self.at(key), expected=expected, found=found, remedy=remedy)
        )

    def reject(self, expected: str, found: object, remedy: str) -> None:
        """Notes that the mapping as a whole is not what is expected."""
        self._note(self.path.removesuffix(":"), expected, found, remedy)

    def at(self, key: str) -> str:
        """The path of a key, as a user finds it in the file."""
        return f"{self.path}.{key}" if self.path[-1] != ":" else f"{self.path}{key}"

    def has(self, key: str) -> bool:
        """Whether the key is there with a value; it counts as read."""
        self._read.add(key)
        return self._values.get(key) is not None

    def value(self, key: str) -> object:
        """What stands under a key, as it is."""
        return self._values.get(key)

    def text(
        self,
        key: str,
        *,
        pattern: str = ".+",
        expected: str,
        remedy: str,
        default: str | None = None,
    ) -> str:
        """Text that matches the whole pattern."""
        if not self.has(key) and default is not None:
            return default
        value = self._values.get(key)
        if isinstance(value, str) and re.fullmatch(pattern, value):
            return value
        self.problem(key, expected, remedy)
        return default or ""

    def integer(self, key: str, *, least: int, most: int, remedy: str, default: int) -> int:
        """A whole number within bounds."""
        if not self.has(key):
            return default
        value = self._values.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.problem(key, f"a whole number from {least} to {most}", remedy)
        return default

    def number(self, key: str, *, least: float, most: float, remedy: str, default: float) -> float:
        """A number within bounds."""
        if not self.has(key):
            return default
        value = self._values.get(key)
        if (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and least <= value <= most
        ):
            return float(value)
        self.problem(key, f"a number from {least:g} to {most:g}", remedy)
        return default

    def flag(self, key: str, *, remedy: str) -> bool:
        """True or false; false where nothing stands there."""
        value = self._values.get(key) if self.has(key) else False
        if not isinstance(value, bool):
            self.problem(key, "true or false", remedy)
        return value is True

    def sections(self, key: str) -> Iterator[tuple[str, "Section"]]:
        """The entries of a mapping of mappings, sorted by name."""
        outer = self.section(key)
        for name in sorted(outer._values):
            outer._read.add(name)
            yield name, outer.section(name)

    def section(self, key: str) -> "Section":
        """The mapping below a key; an empty one where there is none."""
        self._read.add(key)
        hidden = self._shown is kind_of
        return Section(self.at(key), self._values.get(key), self.problems, hidden=hidden)

    def hidden(self, key: str) -> "Section":
        """The same for a mapping of secrets."""
        self._read.add(key)
        return Section(self.at(key), self._values.get(key), self.problems, hidden=True)

    def names(self, pattern: str, *, expected: str) -> list[str]:
        """The keys, which a user chooses: all that match the whole pattern, sorted."""
        self._read |= set(self._values)
        for name in sorted(self._values):
            if not re.fullmatch(pattern, name):
                self._note(self.at(name), expected, name, "Rename it.")
        return sorted(name for name in self._values if re.fullmatch(pattern, name))

    def items(self, key: str, *, remedy: str, least: int = 0) -> list[tuple[str, Any]]:
        """The entries of a list, each with its path; an error where they are less than `least`."""
        value = self._values.get(key) if self.has(key) else []
        if isinstance(value, list) and len(value) >= least:
            return [(f"{self.at(key)}[{place}]", item) for place, item in enumerate(value)]
        self.problem(key, f"a list of {least} or more" if least else "a list", remedy)
        return []

    def strings(self, key: str, *, remedy: str) -> dict[str, str]:
        """A flat mapping of text to text."""
        found: dict[str, str] = {}
        inner = self.section(key)
        for name, value in inner._values.items():
            if isinstance(value, str):
                found[name] = value
            else:
                inner.problem(name, "text", remedy)
        return found

    def close(self) -> None:
        """Notes every key that nothing has read."""
        for key in sorted(set(self._values) - self._read):
            self.problems.append(
                Problem(
                    path=self.at(key),
                    expected="a known key",
                    found=self._shown(self._values[key]),
                    remedy=nearest(key, self._read),
                )
            )

    def _note(self, path: str, expected: str, found: object, remedy: str) -> None:
        self.problems.append(
            Problem(path=path, expected=expected, found=self._shown(found), remedy=remedy)
        )
