"""Reads one instance of a stack config."""

import re
from collections.abc import Mapping

from components.core.choice import Value
from components.core.given import Given, secret_path, set_secret
from components.core.instance_type import InstanceType
from components.core.model import Instance, State, Token
from components.core.parse_chosen import parse_chosen, risks, type_of_choices
from components.core.parse_packages import parse_packages, with_packages
from components.core.parse_tokens import parse_tokens
from components.core.parse_variables import check_given, parse_variables
from components.core.section import Section

LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
# A host name's label holds 63 characters; the longest prefix, `mcp-`, takes four of them.
INSTANCE_ID = r"(?=.{1,40}$)" + LABEL


def parse_instance(
    id_: str,
    section: Section,
    types: Mapping[str, InstanceType],
    given: Given | None,
    warnings: list[str],
) -> Instance | None:
    """The instance, or None where its type is not known; problems go to the section's list.

    `given` are its secrets in the config, or None where they cannot be read.
    """
    kind = _type(id_, section, types)
    state, tokens, origins = _state(section), _tokens(id_, section), _origins(section)
    protected = section.flag("protect", remedy="Write protect: true or protect: false.")
    if kind is None:
        return None
    kind, choices = _chosen(section, kind, warnings)
    view_generation = _view_generation(section) if kind.has_view else 1
    variables = _variables(id_, section, kind, tokens, given)
    section.close()
    return Instance(
        id=id_,
        type=kind,
        state=state,
        protected=protected,
        tokens=tokens,
        origins=origins,
        view_generation=view_generation,
        choices=choices,
        variables=variables,
        given_secrets=given is not None and given.reaches_container,
    )


def _type(id_: str, section: Section, types: Mapping[str, InstanceType]) -> InstanceType | None:
    _check_id(id_, section)
    return types.get(section.variant("type", types, expected="a known instance type"))


def _chosen(
    section: Section, kind: InstanceType, warnings: list[str]
) -> tuple[InstanceType, Mapping[str, Value]]:
    """The type as the instance has it, and what it has chosen."""
    choices = parse_chosen(section, kind)
    kind = type_of_choices(section, kind, choices)
    kind = with_packages(kind, parse_packages(section, kind, warnings))
    warnings.extend(risks(section, kind))
    return kind, choices


def _variables(
    id_: str, section: Section, kind: InstanceType, tokens: tuple[Token, ...], given: Given | None
) -> Mapping[str, str]:
    """The variables that are open; the secret ones, and other secrets, are only checked."""
    variables = parse_variables(id_, section, kind, given)
    if given is not None:
        names = [token.name for token in tokens]
        section.problems.extend(check_given(id_, kind, names, given))
    _refuse_secret(section, "vncPassword", secret_path("instances", id_, "vncPassword"))
    return variables


def _check_id(id_: str, section: Section) -> None:
    if not re.fullmatch(INSTANCE_ID, id_):
        section.reject(
            "an id of at most 40 lower-case letters, digits and inner hyphens",
            id_,
            "Rename it: it becomes the host name mcp-<id>.<domain>.",
        )


def _refuse_secret(section: Section, key: str, place: str) -> None:
    section.refuse(key, "nothing here, for it is a secret", f"Move it: {set_secret(place)}")


def _state(section: Section) -> State:
    return State(
        section.choice(
            "state",
            list(State),
            expected="running or stopped",
            remedy="Write state: running or state: stopped.",
            default=State.RUNNING.value,
        )
    )


def _tokens(id_: str, section: Section) -> tuple[Token, ...]:
    def refuse_value(entry: Section, name: str) -> None:
        for key in ("value", "token", "secret"):
            _refuse_secret(entry, key, secret_path("instances", id_, "tokens", name))

    return parse_tokens(section, "tokens", refuse_value)


def _view_generation(section: Section) -> int:
    remedy = "Raise it by one to rotate the tokens of the live view."
    return section.integer("viewGeneration", least=1, most=9999, remedy=remedy, default=1)


def _origins(section: Section) -> tuple[str, ...]:
    return section.texts(
        "origins",
        remedy="Write one https:// origin a line.",
        # As browsers send it: the scheme's own port is never there.
        pattern=r"(?!https:.*:443$|http:.*:80$)https?://[a-z0-9.-]+(:[1-9][0-9]{0,4})?",
        expected="an origin such as https://app.example.org",
        each="Write scheme and host only, in lower case, without a path.",
    )
