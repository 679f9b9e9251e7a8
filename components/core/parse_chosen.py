"""Reads what an instance chooses, and what of its type becomes of it."""

from collections.abc import Iterator, Mapping

from components.core.choice import Value
from components.core.instance_type import Auth, InstanceType, Ready
from components.core.parse_type import chosen_type
from components.core.section import Section


def parse_chosen(section: Section, kind: InstanceType) -> dict[str, Value]:
    """The values of an instance's choices, its own or the type's defaults, by name."""
    values = {choice.name: section.chosen(choice) for choice in kind.choices}
    return {name: value for name, value in values.items() if value is not None}


def type_of_choices(
    section: Section, kind: InstanceType, choices: Mapping[str, Value]
) -> InstanceType:
    """The type as these choices make it."""
    found, wrong = chosen_type(kind, choices)
    for choice, problem in wrong:
        section.mismatch(choice, problem.expected, problem.found, problem.remedy)
    return found


def risks(section: Section, kind: InstanceType) -> Iterator[str]:
    """What an operator should know of an instance, a sentence each."""
    for endpoint in kind.endpoints:
        if endpoint.auth is Auth.NONE:
            yield (
                f"{section.path}: whoever reaches the edge may use its endpoint {endpoint.name}: "
                f"the type {kind.name} says auth: none."
            )
    for container in (kind, *kind.sidecars):
        for name, reason in container.capabilities.items():
            yield f"{section.path}: {container.name} keeps the capability {name}: {reason}"
        if isinstance(container.image, Ready) and "@sha256:" not in container.image.reference:
            reference = container.image.reference
            yield (
                f"{section.path}: {reference} may come to name another image. Write it with its "
                f"digest, <name>@sha256:…, which docker image inspect {reference} shows."
            )
