"""The keys of one mapping of a config, and what is noted about them."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Self

from components.core.errors import Problem, cut, kind_of, nearest, shown
from components.core.renamed import new_name

# What a key is called whose value nobody should see, least of all in the log of a pipeline.
SECRETIVE = r"(?i).*(passw(or)?d|passphrase|secret|token|credentials?|(api|private|access)_?key)"

ANYTHING = r"(?s:.*)"
# Longer than any that is good, so that the path of a good one can be typed.
LONGEST_KEY = 120


def below(path: str, key: str) -> str:
    """The path of a key, as `pulumi config set --path` takes it."""
    text = cut(key, LONGEST_KEY)
    quoted = json.dumps(text, ensure_ascii=not key.isprintable())
    if path[-1:] == ":":
        return path + (text if key.isprintable() else quoted)
    if key.isprintable() and re.fullmatch(r"[^].\"'[]+", key):
        return f"{path}.{text}"
    return f"{path}[{quoted}]"


class Keys:
    """A mapping at `path`; what is wrong with it goes to `problems`.

    What a hidden one holds stands in no message.
    """

    def __init__(
        self, path: str, value: object, problems: list[Problem], *, hidden: bool = False
    ) -> None:
        self.path = path
        self.problems = problems
        self._hidden = hidden
        self._read: set[str] = set()
        self._refused: set[str] = set()
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

    def refuse(self, key: str, expected: str, remedy: str) -> None:
        """Notes that `key` has no place here, if it is there; its value is not shown."""
        if key in self._values:
            self._refused.add(key)
            self.mismatch(key, expected, kind_of(self._values[key]), remedy)

    def at(self, key: str) -> str:
        """The path of a key, as a user finds it in the file."""
        return below(self.path, key)

    def has(self, key: str) -> bool:
        """Whether the key is there with a value; it counts as read."""
        self._read.add(key)
        return self._values.get(key) is not None

    def value(self, key: str) -> object:
        """What stands under a key, as it is."""
        return self._values.get(key)

    def section(self, key: str) -> Self:
        """The mapping below a key; an empty one where there is none."""
        self._read.add(key)
        return self._below(key, self._values.get(key), hidden=self._hidden)

    def hidden(self, key: str) -> Self:
        """The same for a mapping of secrets."""
        self._read.add(key)
        return self._below(key, self._values.get(key), hidden=True)

    def sections(self, key: str) -> Iterator[tuple[str, Self]]:
        """The entries of a mapping of mappings, sorted by name."""
        outer = self.section(key)
        for name in outer.names():
            yield name, outer.section(name)

    def names(self, pattern: str = ANYTHING, *, expected: str = "") -> list[str]:
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

    def close(self) -> None:
        """Notes every key that nothing has read."""
        for key in sorted(set(self._values) - self._read - self._refused):
            name = new_name(self.at(key))
            secretive = self._hidden or re.fullmatch(SECRETIVE, key)
            self.problems.append(
                Problem(
                    path=self.at(key),
                    expected=f"its new name {name}" if name else "a known key",
                    found=(kind_of if secretive else shown)(self._values[key]),
                    remedy=f"Rename it to {name}." if name else self._nearest(key),
                )
            )

    def _nearest(self, key: str) -> str:
        head, dot, rest = key.partition(".")
        if dot and head in self._read:
            # What `pulumi config set` writes without --path.
            return f"Write {head}: and below it {rest}:, or set it with --path."
        return nearest(key, self._read)

    def _below(self, key: str, value: object, *, hidden: bool) -> Self:
        return type(self)(self.at(key), value, self.problems, hidden=hidden)

    def _note(self, path: str, expected: str, found: object, remedy: str) -> None:
        told = kind_of(found) if self._hidden else shown(found)
        self.problems.append(Problem(path=path, expected=expected, found=told, remedy=remedy))
