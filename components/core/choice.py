"""Choices of an instance type: what a stack may set on an instance of it."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from components.core.patterns import told


class ChoiceType(StrEnum):
    """What kind of value a choice takes."""

    STRING = "string"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    LIST = "list"


Value = str | int | bool | tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a stack may set on an instance, or must; it reaches the container as the variable `env`.

    Without a default, what is not chosen is not set. `pattern` is for text and for the items of a
    list, `minimum` and `maximum` are for whole numbers. An example shows what to write where there
    is no default.
    """

    name: str
    type: ChoiceType
    pattern: str | None
    minimum: int | None
    maximum: int | None
    default: Value | None
    example: Value | None
    required: bool
    env: str | None
    description: str

    @property
    def sample(self) -> Value | None:
        """A value that an instance may have."""
        return self.example if self.default is None else self.default

    @property
    def text_pattern(self) -> str:
        """What text, and the items of a list, must match as a whole."""
        return self.pattern or ".*"

    @property
    def expected(self) -> str:
        """What a value must be, for messages."""
        if self.type is ChoiceType.STRING:
            return told(self.pattern)
        if self.type is ChoiceType.BOOLEAN:
            return "true or false"
        if self.type is ChoiceType.LIST:
            return f"a list of {told(self.pattern)}"
        return f"a whole number{_bounds(self.minimum, self.maximum)}"

    @property
    def hint(self) -> str:
        """What to write, for messages: an example, and what it is about."""
        sample = self.sample
        example = f"For example {self.name}: {as_text(sample)}. " if sample else ""
        return f"{example}{self.description}"

    def takes(self, value: object) -> bool:
        """Whether a stack may write this value."""
        if self.type is ChoiceType.BOOLEAN:
            return isinstance(value, bool)
        if self.type is ChoiceType.INTEGER:
            return (
                isinstance(value, int)
                and not isinstance(value, bool)
                and (self.minimum is None or self.minimum <= value)
                and (self.maximum is None or value <= self.maximum)
            )
        if self.type is ChoiceType.LIST:
            return isinstance(value, list | tuple) and all(map(self._is_text, value))
        return self._is_text(value)

    def _is_text(self, value: object) -> bool:
        return isinstance(value, str) and re.fullmatch(self.text_pattern, value) is not None


def as_text(value: Value) -> str:
    """A value as a container's variable holds it: a list as JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(list(value)) if isinstance(value, tuple) else str(value)


def frozen(value: Any) -> Any:
    """The same value where it may be a key."""
    return tuple(value) if isinstance(value, list) else value


def shown_values(values: Sequence[Value]) -> str:
    """Values as a stack file has them (YAML), in a line."""
    return ", ".join(
        json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
        for value in values
    )


def _bounds(minimum: int | None, maximum: int | None) -> str:
    if minimum is not None and maximum is not None:
        return f" from {minimum} to {maximum}"
    if minimum is not None:
        return f" of {minimum} or more"
    return f" of {maximum} or less" if maximum is not None else ""
