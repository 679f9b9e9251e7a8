"""Reads variables of a `type.yaml`, and volumes, which may depend on a choice."""

import re

from components.core.choice import Choice, as_text, frozen
from components.core.errors import nearest
from components.core.given import VARIABLE as ANY_VARIABLE
from components.core.instance_type import Chosen, DataVolume, Reserved, Variable
from components.core.parse_choices import checked_pattern
from components.core.section import Section

# One word, so that no instance's id and volume's name join to the name of another one's volume.
VOLUME = r"[a-z0-9]{1,20}"
# The volume that holds an instance's secret files.
SECRETS_VOLUME = "secrets"


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
        checked_pattern(inner, pattern, pattern)
    return tuple(Reserved(pattern=name, reason=why) for name, why in sorted(reserved.items()))


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
    known, value = choices.get(choice), section.value("is")
    section.has("is")
    if known is not None and not known.takes(value):
        expected = f"a value of the choice {choice}"
        remedy = "Write the value with which an instance has the volume."
        section.problem("is", expected, remedy)
        value = ""
    section.close()
    return Chosen(choice=choice, value=as_text(frozen(value)))
