"""Reads one mapping of a config, key by key, and collects every problem instead of stopping."""

import re
from collections.abc import Collection
from datetime import date
from typing import Self

from components.core.choice import Choice, Value, frozen
from components.core.errors import nearest
from components.core.keys import ANYTHING, Keys

WHOLE_NUMBER = "0|[1-9][0-9]{0,8}"


class Section(Keys):
    """A reader gives the value of a key, or the default where it noted a problem."""

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
        if type(value) in (int, float) and not self._hidden and re.fullmatch(pattern, str(value)):
            remedy = f"Quote it: '{value}'"
        self.problem(key, expected, remedy)
        return default or ""

    def choice(
        self,
        key: str,
        options: Collection[str],
        *,
        expected: str,
        remedy: str = "",
        default: str | None = None,
    ) -> str:
        """One of the options; without a remedy of its own, the nearest of them is one."""
        if not self.has(key) and default is not None:
            return default
        value = self._values.get(key)
        if isinstance(value, str) and value in options:
            return value
        written = value if isinstance(value, str) else ""
        self.problem(key, expected, remedy or nearest(written, options))
        return default or ""

    def variant(
        self,
        key: str,
        options: Collection[str],
        *,
        expected: str,
        remedy: str = "",
        default: str | None = None,
    ) -> str:
        """The same, where it decides which other keys there are; it is read before them."""
        return self.choice(key, options, expected=expected, remedy=remedy, default=default)

    def chosen(self, choice: Choice) -> Value | None:
        """What stands under a choice's name, or its default."""
        if not self.has(choice.name) and not choice.required:
            return choice.default
        value = self._values.get(choice.name)
        if choice.takes(value):
            found: Value = frozen(value)
            return found
        self.problem(choice.name, choice.expected, _quoted_otherwise(choice, value) or choice.hint)
        return choice.default

    def integer(self, key: str, *, least: int, most: int, remedy: str, default: int) -> int:
        """A whole number within bounds."""
        if not self.has(key):
            return default
        value = self._values.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        quoted = isinstance(value, str) and re.fullmatch(WHOLE_NUMBER, value)
        if quoted and least <= int(str(value)) <= most:
            remedy = "Write it without quotes."
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

    def day(self, key: str, *, remedy: str) -> str | None:
        """A day as ISO 8601 writes it; None where nothing stands there."""
        if not self.has(key):
            return None
        value = self._values.get(key)
        # YAML reads an unquoted date as one; Pulumi hands that over as the day's first second.
        text = (
            value.isoformat() if isinstance(value, date) else str(value).removesuffix("T00:00:00Z")
        )
        try:
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
                return date.fromisoformat(text).isoformat()
        except ValueError:
            pass
        self.problem(key, "a date such as 2027-06-30", remedy)
        return None

    def texts(
        self,
        key: str,
        *,
        remedy: str,
        least: int = 0,
        pattern: str = ANYTHING,
        expected: str = "text",
        each: str = "Quote it.",
    ) -> tuple[str, ...]:
        """A list of text, each entry of which matches the whole pattern; `each` mends an entry."""
        found = []
        for path, item in self.items(key, remedy=remedy, least=least):
            if isinstance(item, str) and re.fullmatch(pattern, item):
                found.append(item)
            else:
                self._note(path, expected, item, each)
        return tuple(found)

    def entries(self, key: str, *, short: str, remedy: str) -> list[Self]:
        """A list of mappings; text in place of one stands for what has it under `short`."""
        return [
            self._entry(key, path, {short: item} if isinstance(item, str) else item)
            for path, item in self.items(key, remedy=remedy)
        ]

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

    def _entry(self, key: str, path: str, value: object) -> Self:
        return type(self)(path, value, self.problems, hidden=self._hidden)


def _quoted_otherwise(choice: Choice, value: object) -> str:
    """How it is written right, if it is wrong by its quotes alone."""
    if type(value) in (int, float) and choice.takes(str(value)):
        return f"Quote it: '{value}'"
    whole = isinstance(value, str) and re.fullmatch(WHOLE_NUMBER, value)
    return "Write it without quotes." if whole and choice.takes(int(str(value))) else ""
