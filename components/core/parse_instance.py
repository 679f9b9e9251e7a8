"""Reads one instance of a stack config."""

import re
from collections.abc import Mapping
from datetime import date

from components.core.errors import Problem, nearest
from components.core.given import Given
from components.core.instance_type import Choice, InstanceType
from components.core.model import Instance, State, Token
from components.core.parse_variables import check_given, parse_variables
from components.core.section import Section, shown

LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
# A host name's label holds 63 characters; the longest prefix, `mcp-`, takes four of them.
INSTANCE_ID = r"(?=.{1,40}$)" + LABEL
TOKEN_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}"


def parse_instance(
    id_: str, section: Section, types: Mapping[str, InstanceType], given: Given | None
) -> Instance | None:
    """The instance, or None where its type is not known; problems go to the section's list.

    `given` are its secrets in the config, or None where they cannot be read.
    """
    if not re.fullmatch(INSTANCE_ID, id_):
        section.reject(
            "an id of at most 40 lower-case letters, digits and inner hyphens",
            id_,
            "Rename it: it becomes the host name mcp-<id>.<domain>.",
        )
    name = section.text(
        "type",
        expected="the name of an instance type",
        remedy=f"Known types: {', '.join(sorted(types))}.",
    )
    if name not in types:
        if name:
            section.problem("type", "a known instance type", nearest(name, types))
        return None
    instance = Instance(
        id=id_,
        type=types[name],
        state=_state(section),
        tokens=_tokens(section),
        origins=_origins(section),
        choices=_choices(section, types[name]),
        variables=parse_variables(id_, section, types[name], given),
        given_secrets=given is not None and given.reaches_container,
    )
    if given is not None:
        names = [token.name for token in instance.tokens]
        section.problems.extend(check_given(id_, types[name], names, given))
    section.close()
    return instance


def _state(section: Section) -> State:
    return State(
        section.text(
            "state",
            pattern="|".join(State),
            expected="running or stopped",
            remedy="Write state: running or state: stopped.",
            default=State.RUNNING.value,
        )
    )


def _tokens(section: Section) -> tuple[Token, ...]:
    remedy = "Write one token name a line, such as `- alice`."
    tokens: dict[str, Token] = {}
    for path, item in section.items("tokens", remedy=remedy):
        entry = Section(path, {"name": item} if isinstance(item, str) else item, section.problems)
        token = Token(
            name=entry.text(
                "name",
                pattern=TOKEN_NAME,
                expected="a name of at most 63 letters, digits, dots, hyphens and underscores",
                remedy="Name who uses it, such as alice or ci.",
            ),
            generation=entry.integer(
                "generation", least=1, most=9999, remedy="Raise it by one to rotate.", default=1
            ),
            expires=_expiry(entry),
        )
        entry.close()
        if token.name and token.name in tokens:
            entry.problem(
                "name", "a name used once", "Give each token of an instance its own name."
            )
        tokens[token.name] = token
    return tuple(tokens.values())


def _expiry(entry: Section) -> str | None:
    if not entry.has("expires"):
        return None
    value = entry.value("expires")
    # YAML reads an unquoted date as one; Pulumi hands that over as the day's first second.
    text = value.isoformat() if isinstance(value, date) else str(value).removesuffix("T00:00:00Z")
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    entry.problem("expires", "a date such as 2027-06-30", "Write year, month and day so.")
    return None


def _origins(section: Section) -> tuple[str, ...]:
    origins: list[str] = []
    for path, item in section.items("origins", remedy="Write one https:// origin a line."):
        if isinstance(item, str) and re.fullmatch(r"https?://[a-z0-9.-]+(:\d{1,5})?", item):
            origins.append(item)
            continue
        section.problems.append(
            Problem(
                path=path,
                expected="an origin such as https://app.example.org",
                found=shown(item),
                remedy="Write scheme and host only, in lower case, without a path.",
            )
        )
    return tuple(origins)


def _choices(section: Section, kind: InstanceType) -> dict[str, str]:
    return {
        choice.name: _chosen(section, choice)
        for choice in kind.choices
        if section.has(choice.name) or choice.default is not None
    }


def _chosen(section: Section, choice: Choice) -> str:
    example = f"For example {choice.name}: {choice.default}. " if choice.default else ""
    return section.text(
        choice.name,
        pattern=choice.pattern or ".*",
        expected=f"text that matches {choice.pattern}" if choice.pattern else "text",
        remedy=f"{example}{choice.description}",
        default=choice.default,
    )
