"""Reads a `type.yaml`."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from components.core.choice import Choice, Value
from components.core.errors import ConfigError, Problem
from components.core.instance_type import (
    ContainerType,
    InstanceType,
    Outside,
    SecretVariables,
    Source,
)
from components.core.parse_choices import parse_choices, refuse_unknown
from components.core.parse_container import Origin, parse_container
from components.core.parse_endpoints import NAME, parse_endpoints
from components.core.parse_type_options import parse_reserved_variables, parse_variables
from components.core.section import Section
from components.core.type_document import filled, references

# What the platform calls an image of its own.
TAKEN = "files"
# One word, so that no instance's id and side container's name join to another's.
SIDECAR = r"[a-z0-9]{1,20}"
Word = TypeVar("Word", bound=StrEnum)


def parse_type(
    name: str,
    folder: str,
    document: Mapping[str, object],
    context_digest: str,
    subfolders: Mapping[str, str] | None = None,
) -> InstanceType:
    """Reads the document at `<folder>/type.yaml`; raises `ConfigError` with every problem.

    `subfolders` are the digests of the build contexts below the folder, by name. Where values are
    for an instance to choose, the type has those of its choices' defaults and examples.
    """
    problems: list[Problem] = []
    path, chosen = f"{folder}/type.yaml:", references(document)
    offered = {"choices": document.get("choices")} if isinstance(document, Mapping) else {}
    choices = parse_choices(Section(path, offered, problems), frozenset(chosen.values()))
    samples = {choice.name: choice.sample for choice in choices}
    values = {key: value for key, value in samples.items() if value is not None}
    contexts = {"": context_digest, **(subfolders or {})}
    root = Section(path, filled(document, values), problems)
    refuse_unknown(root, chosen, choices)
    if not re.fullmatch(NAME, name):
        expected = "a folder named by lower-case letters, digits and inner hyphens"
        root.reject(expected, name, "Rename the folder: it is the type's name.")
    if name == TAKEN:
        root.reject("another folder", name, "Rename it: mcpier has an image of this name.")
    kind = _read(root, name, folder, Source(document, contexts, chosen), choices)
    if problems:
        raise ConfigError(problems)
    return kind


def chosen_type(
    kind: InstanceType, values: Mapping[str, Value]
) -> tuple[InstanceType, list[tuple[str, Problem]]]:
    """The type as an instance has it that chose these values.

    What is wrong comes with the name of the choice to which it is due.
    """
    if not kind.source.places:
        return kind, []
    problems: list[Problem] = []
    # What had to be chosen and was not has been said already.
    required = {item.name: item.sample for item in kind.choices if item.required}
    whole = {key: value for key, value in required.items() if value is not None} | dict(values)
    root = Section(f"{kind.folder}/type.yaml:", filled(kind.source.document, whole), problems)
    found = _read(root, kind.name, kind.folder, kind.source, kind.choices)
    places = {root.at(place): choice for place, choice in kind.source.places.items()}
    return found, [(places.get(problem.path, "type"), problem) for problem in problems]


def _read(
    root: Section,
    name: str,
    folder: str,
    source: Source,
    choices: tuple[Choice, ...],
) -> InstanceType:
    root.has("choices")
    endpoints = parse_endpoints(root)
    mcp = next((endpoint for endpoint in endpoints if endpoint.name == "mcp"), None)
    origin = Origin(folder=folder, contexts=source.contexts)
    container = parse_container(
        root, origin, name=name, image_name=name, choices=choices, endpoint=mcp
    )
    kind = InstanceType(
        **vars(container),
        description=root.text(
            "description", expected="a sentence", remedy="Say what an instance of it serves."
        ),
        endpoints=endpoints,
        choices=choices,
        variables=parse_variables(root),
        reserved_variables=parse_reserved_variables(root),
        secret_variables=_word(root, "secretVariables", SecretVariables),
        outside=_word(root, "outside", Outside),
        sidecars=_sidecars(root, origin, name, choices),
        source=source,
    )
    root.close()
    return kind


def _word(root: Section, key: str, words: type[Word]) -> Word:
    """One of the words; by default the first."""
    first = next(iter(words))
    written = root.text(
        key,
        pattern="|".join(words),
        expected=" or ".join(words),
        remedy=f"Write {key}: {first}, or leave it away.",
        default=first.value,
    )
    return words(written)


def _sidecars(
    root: Section, origin: Origin, type_name: str, choices: tuple[Choice, ...]
) -> tuple[ContainerType, ...]:
    found = []
    for name, section in root.sections("sidecars"):
        if not re.fullmatch(SIDECAR, name):
            expected = "a word of at most 20 lower-case letters and digits"
            section.reject(expected, name, "Rename it: it is the host name that reaches it.")
        found.append(
            parse_container(
                section,
                origin,
                name=name,
                # No type's name holds an underscore.
                image_name=f"{type_name}_{name}",
                choices=choices,
                endpoint=None,
            )
        )
        section.close()
    return tuple(found)
