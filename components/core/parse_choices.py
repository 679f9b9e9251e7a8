"""Reads the choices that a `type.yaml` leaves to a stack."""

import re
from typing import Any

from components.core.choice import Choice, ChoiceType, Value, frozen
from components.core.errors import nearest
from components.core.section import Section

VARIABLE = r"[A-Z][A-Z0-9_]*"
# What a stack writes on an instance of whatever type.
RESERVED = ("env", "origins", "packages", "protect", "state", "tokens", "type", "viewGeneration")
# Pulumi reads whole numbers as this many bits at most without loss.
LARGEST = 1 << 53


def parse_choices(root: Section, referenced: frozenset[str]) -> tuple[Choice, ...]:
    """The choices, sorted by name; those that are `referenced` need no variable."""
    return tuple(
        _choice(key, section, key in referenced) for key, section in root.sections("choices")
    )


def checked_pattern(section: Section, key: str, pattern: str) -> str | None:
    """The pattern, or None where it is no regular expression."""
    try:
        re.compile(pattern)
    except re.error as error:
        remedy = "Write one as Python's re module reads it."
        section.problem(key, f"a regular expression ({error})", remedy)
        return None
    return pattern


def _choice(name: str, section: Section, referenced: bool) -> Choice:
    if name in RESERVED:
        section.reject("another name", name, "Rename it: every instance has a key of this name.")
    kind = _type(name, section)
    choice = Choice(
        name=name,
        type=kind,
        pattern=_pattern(section, kind),
        minimum=_bound(section, "minimum", kind),
        maximum=_bound(section, "maximum", kind),
        default=None,
        example=None,
        required=section.flag("required", remedy="Say whether every instance must choose."),
        env=_env(name, section, referenced),
        description=section.text(
            "description",
            expected="a sentence",
            remedy=f"Write description: for the choice {name}.",
        ),
    )
    choice = _with_values(choice, section)
    section.close()
    return choice


def _type(name: str, section: Section) -> ChoiceType:
    return ChoiceType(
        section.text(
            "type",
            pattern="|".join(ChoiceType),
            expected="string, integer, boolean or list",
            remedy=f"Write type: for the choice {name}.",
            default=ChoiceType.STRING.value,
        )
    )


def _with_values(choice: Choice, section: Section) -> Choice:
    values: dict[str, Any] = {key: _value(choice, section, key) for key in ("default", "example")}
    if choice.required and values["default"] is not None:
        section.problem("default", "nothing: the choice is required", "Remove one of the two.")
    elif choice.required and values["example"] is None:
        expected = f"{choice.expected}, for the choice is required"
        section.problem("example", expected, "Show what a stack may write.")
    return Choice(**{**vars(choice), **values})


def _value(choice: Choice, section: Section, key: str) -> Value | None:
    if not section.has(key):
        return None
    value = section.value(key)
    if not choice.takes(value):
        section.problem(key, choice.expected, f"Write a value of the choice {choice.name}.")
        return None
    found: Value = frozen(value)
    return found


def _pattern(section: Section, kind: ChoiceType) -> str | None:
    if not section.has("pattern"):
        return None
    if kind in (ChoiceType.INTEGER, ChoiceType.BOOLEAN):
        section.problem("pattern", f"nothing: the choice is of type {kind}", "Remove it.")
        return None
    expected, remedy = "a regular expression", "Write one as Python's re module reads it."
    pattern = section.text("pattern", expected=expected, remedy=remedy)
    return checked_pattern(section, "pattern", pattern)


def _bound(section: Section, key: str, kind: ChoiceType) -> int | None:
    if not section.has(key):
        return None
    if kind is not ChoiceType.INTEGER:
        section.problem(key, f"nothing: the choice is of type {kind}", "Remove it.")
        return None
    remedy = "Write a whole number, or remove it."
    return section.integer(key, least=-LARGEST, most=LARGEST, remedy=remedy, default=0)


def _env(name: str, section: Section, referenced: bool) -> str | None:
    if referenced and not section.has("env"):
        return None
    return section.text(
        "env",
        pattern=VARIABLE,
        expected="the name of a variable",
        remedy=f"Write env: for the choice {name}.",
    )


def refuse_unknown(root: Section, found: dict[str, str], choices: tuple[Choice, ...]) -> None:
    """Notes the places that name a choice which the type has not."""
    names = [choice.name for choice in choices]
    for path, name in found.items():
        if name not in names:
            root.mismatch(path, "a choice of this type", repr(name), nearest(name, names))
