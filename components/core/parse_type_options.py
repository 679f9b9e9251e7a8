"""Reads what a `type.yaml` lets a stack decide: choices, variables, and what depends on them."""

import re

from components.core.errors import nearest
from components.core.given import VARIABLE as ANY_VARIABLE
from components.core.instance_type import Choice, Chosen, DataVolume, Reserved, Variable
from components.core.section import Section

VARIABLE = r"[A-Z][A-Z0-9_]*"
# One word, so that no instance's id and volume's name join to the name of another one's volume.
VOLUME = r"[a-z0-9]{1,20}"
# What a stack writes on an instance of whatever type.
RESERVED = ("env", "origins", "state", "tokens", "type")
# The volume that holds an instance's secret files.
SECRETS_VOLUME = "secrets"


def parse_choices(root: Section) -> tuple[Choice, ...]:
    """The choices, sorted by name."""
    return tuple(_choice(key, section) for key, section in root.sections("choices"))


def parse_volumes(root: Section, choices: tuple[Choice, ...]) -> tuple[DataVolume, ...]:
    """The volumes, sorted by name; each may depend on one of the choices."""
    known = {choice.name: choice for choice in choices}
    return tuple(_volume(key, section, known) for key, section in root.sections("volumes"))


def parse_variables(root: Section) -> tuple[Variable, ...]:
    """The variables that a stack may set, or must, sorted by name."""
    return tuple(_variable(key, section) for key, section in root.sections("variables"))


def parse_reserved_variables(root: Section) -> tuple[Reserved, ...] | None:
    """Which of the other variables a stack may not set; None: none of them."""
    if not root.has("otherVariables"):
        return None
    section = root.section("otherVariables")
    reserved = section.strings("reserved", remedy="Say in text why a stack may not set them.")
    inner = section.section("reserved")
    section.close()
    for pattern in reserved:
        _checked(inner, pattern, pattern)
    return tuple(Reserved(pattern=name, reason=why) for name, why in sorted(reserved.items()))


def _choice(name: str, section: Section) -> Choice:
    def text(key: str, expected: str, pattern: str = ".*", default: str | None = None) -> str:
        remedy = f"Write {key}: for the choice {name}."
        return section.text(key, pattern=pattern, expected=expected, remedy=remedy, default=default)

    if name in RESERVED:
        section.reject("another name", name, "Rename it: every instance has a key of this name.")
    choice = Choice(
        name=name,
        type=text("type", "string", "string"),
        pattern=_pattern(section),
        default=text("default", "text") if section.has("default") else None,
        env=text("env", "the name of a variable", VARIABLE),
        description=text("description", "a sentence"),
    )
    section.close()
    return choice


def _pattern(section: Section) -> str | None:
    expected, remedy = "a regular expression", "Write one as Python's re module reads it."
    if not section.has("pattern"):
        return None
    return _checked(section, "pattern", section.text("pattern", expected=expected, remedy=remedy))


def _checked(section: Section, key: str, pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except re.error as error:
        remedy = "Write one as Python's re module reads it."
        section.problem(key, f"a regular expression ({error})", remedy)
        return None
    return pattern


def _variable(name: str, section: Section) -> Variable:
    if not re.fullmatch(ANY_VARIABLE, name):
        section.reject("the name of a variable", name, "Rename it.")
    variable = Variable(
        name=name,
        required=section.flag("required", remedy="Say whether every instance must set it."),
        secret=section.flag("secret", remedy="Say whether its value is a secret."),
        description=section.text(
            "description", expected="a sentence", remedy="Say what the instance does with it."
        ),
    )
    section.close()
    return variable


def _volume(name: str, section: Section, choices: dict[str, Choice]) -> DataVolume:
    if not re.fullmatch(VOLUME, name) or name == SECRETS_VOLUME:
        expected = "a name of at most 20 lower-case letters and digits, other than secrets"
        section.reject(expected, name, "Rename it: it ends the volume's name on the host.")
    volume = DataVolume(
        name=name,
        path=section.text(
            "path",
            pattern=r"(/[\w.-]+)+",
            expected="an absolute path",
            remedy="Name a folder that the image has, owned by the type's user.",
        ),
        when=_condition(section.section("when"), choices) if section.has("when") else None,
    )
    section.close()
    return volume


def _condition(section: Section, choices: dict[str, Choice]) -> Chosen:
    choice = section.text(
        "choice",
        pattern="|".join(map(re.escape, choices)) or r"(?!)",
        expected="a choice of this type",
        remedy=nearest(str(section.value("choice")), choices),
    )
    pattern = choices[choice].pattern if choice in choices else None
    condition = Chosen(
        choice=choice,
        value=section.text(
            "is",
            pattern=pattern or ".+",
            expected=f"a value of the choice {choice}",
            remedy="Write the value with which an instance has the volume.",
        ),
    )
    section.close()
    return condition
