"""Watches the parser read a config, and notes what it reads as the shape of a config."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from components.core.choice import Choice, ChoiceType, Value
from components.core.errors import Problem
from components.core.keys import ANYTHING
from components.core.patterns import options_of
from components.core.section import Section


@dataclass(kw_only=True)
class Shape:
    """What may stand at one place.

    `facts` are JSON Schema's words for a value. A mapping has `keys`, or a shape for `each` key of
    a user's choice; a list has `each` too, where text may stand for the key `short` of an entry.
    `variants` are the keys that come with each value of the key `selector`.
    `meaning` is a sentence about it.
    """

    meaning: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, "Shape"] = field(default_factory=dict)
    required: set[str] | None = None
    each: "Shape | None" = None
    short: str | None = None
    selector: str | None = None
    variants: dict[str, "Shape"] = field(default_factory=dict)
    secret: bool = False

    def of_each(self) -> "Shape":
        """The shape of every entry."""
        self.each = self.each or Shape()
        return self.each

    def below(self, namespace: str) -> "Shape":
        """The same mapping with its keys in a namespace."""
        required = {f"{namespace}{key}" for key in self.required or ()}
        keys = {f"{namespace}{key}": shape for key, shape in self.keys.items()}
        return replace(self, keys=keys, required=required)


class Traced(Section):
    """A section that notes what is read of it; several may share a shape.

    What is asked for by `has` before it is read may be left out, and so may what has a default. The
    rest is required, if every section of the shape has read it so until it was closed.
    """

    def __init__(
        self, path: str, value: object, problems: list[Problem], *, shape: Shape, **more: Any
    ) -> None:
        super().__init__(path, value, problems, **more)
        shape.facts["type"] = "object"
        shape.secret |= self._hidden
        self._top = self._shape = shape
        self._chosen_by_user = False
        self._optional: set[str] = set()
        self._required: set[str] = set()

    def has(self, key: str) -> bool:
        self._optional.add(key)
        self._at(key)
        return super().has(key)

    def text(self, key: str, **how: Any) -> str:
        self._saw(key, how.get("default"), **text_facts(how.get("pattern", ".+")))
        self._tell(key, how["expected"])
        return super().text(key, **how)

    def choice(self, key: str, options: Collection[str], **how: Any) -> str:
        self._saw(key, how.get("default"), type="string", enum=[str(each) for each in options])
        return super().choice(key, options, **how)

    def variant(self, key: str, options: Collection[str], **how: Any) -> str:
        chosen = super().variant(key, options, **how)
        self._top.selector = key
        for option in options:
            self._top.variants.setdefault(option, Shape())
        self._settle()
        self._shape = self._top.variants.get(chosen, Shape())
        return chosen

    def chosen(self, choice: Choice) -> Value | None:
        self._saw(
            choice.name, choice.default, optional=not choice.required, **_choice_facts(choice)
        )
        self._tell(choice.name, choice.expected)
        self._at(choice.name).meaning = choice.description
        if choice.type is ChoiceType.LIST:
            self._at(choice.name).of_each().facts |= text_facts(choice.text_pattern)
        return super().chosen(choice)

    def integer(self, key: str, **how: Any) -> int:
        self._saw(key, how.get("default"), type="integer", **_bounds(how))
        return super().integer(key, **how)

    def number(self, key: str, **how: Any) -> float:
        self._saw(key, how.get("default"), type="number", **_bounds(how))
        return super().number(key, **how)

    def flag(self, key: str, **how: Any) -> bool:
        self._saw(key, False, type="boolean")
        return super().flag(key, **how)

    def day(self, key: str, **how: Any) -> str | None:
        pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
        self._saw(key, None, optional=True, type="string", format="date", pattern=pattern)
        return super().day(key, **how)

    def items(self, key: str, **how: Any) -> list[tuple[str, Any]]:
        self._saw(key, None, optional=not how.get("least"), type="array")
        return super().items(key, **how)

    def texts(self, key: str, **how: Any) -> tuple[str, ...]:
        self._at(key).of_each().facts |= text_facts(how.get("pattern", ANYTHING))
        return super().texts(key, **how)

    def entries(self, key: str, *, short: str, **how: Any) -> list[Self]:
        self._at(key).short = short
        return super().entries(key, short=short, **how)

    def names(self, pattern: str = ANYTHING, **how: Any) -> list[str]:
        self._chosen_by_user = True
        if pattern != ANYTHING:
            self._shape.facts["propertyNames"] = text_facts(pattern)
        return super().names(pattern, **how)

    def section(self, key: str) -> Self:
        self._optional.add(key)
        return super().section(key)

    def close(self) -> None:
        self._settle()
        super().close()

    def _below(self, key: str, value: object, *, hidden: bool) -> Self:
        shape = self._at(key)
        return type(self)(self.at(key), value, self.problems, hidden=hidden, shape=shape)

    def _entry(self, key: str, path: str, value: object) -> Self:
        shape = self._at(key).of_each()
        return type(self)(path, value, self.problems, hidden=self._hidden, shape=shape)

    def _settle(self) -> None:
        known = self._shape.required
        self._shape.required = self._required if known is None else known & self._required
        self._required = set()

    def _saw(self, key: str, default: Any, *, optional: bool = False, **facts: Any) -> None:
        shape = self._at(key)
        shape.facts |= facts
        if default is not None:
            shape.facts["default"] = default
        elif not (optional or self._chosen_by_user or key in self._optional):
            self._required.add(key)

    def _tell(self, key: str, expected: str) -> None:
        """What editors say of text that does not match, in the parser's words."""
        facts = self._at(key).facts
        if "pattern" in facts:
            facts["patternErrorMessage"] = f"Expected {expected}."

    def _at(self, key: str) -> Shape:
        if self._chosen_by_user:
            return self._shape.of_each()
        return self._shape.keys.setdefault(key, Shape())


def _bounds(how: Mapping[str, Any]) -> dict[str, Any]:
    return {"minimum": how["least"], "maximum": how["most"]}


def _choice_facts(choice: Choice) -> dict[str, Any]:
    match choice.type:
        case ChoiceType.STRING:
            return text_facts(choice.text_pattern)
        case ChoiceType.INTEGER:
            bounds = {"minimum": choice.minimum, "maximum": choice.maximum}
            given = {word: bound for word, bound in bounds.items() if bound is not None}
            return {"type": "integer"} | given
        case ChoiceType.BOOLEAN:
            return {"type": "boolean"}
        case ChoiceType.LIST:
            return {"type": "array"}


def text_facts(pattern: str) -> dict[str, Any]:
    """JSON Schema's words for text that matches the whole pattern."""
    if pattern == ANYTHING:
        return {"type": "string"}
    if options := options_of(pattern):
        return {"type": "string", "enum": options}
    bare = pattern.removeprefix("^").removesuffix("$")
    return {"type": "string", "pattern": f"^({bare})$" if "|" in bare else f"^{bare}$"}
