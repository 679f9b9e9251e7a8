"""Reads the variables that a stack sets on an instance, and holds the given secrets against it."""

import re
from collections.abc import Collection, Iterator, Mapping

from components.core.errors import Problem, nearest, shown
from components.core.given import VARIABLE, Given, secret_path, set_secret
from components.core.instance_type import InstanceType, SecretKind
from components.core.keys import SECRETIVE, below
from components.core.section import Section


def parse_variables(
    id_: str, section: Section, kind: InstanceType, given: Given | None
) -> dict[str, str]:
    """The plain variables; `given` is None where the secrets cannot be read."""
    plain = _plain(section.section("env"), kind)
    problems = section.problems
    problems.extend(_unwanted(section.at("env"), kind, plain))
    problems.extend(_exposed(id_, section.at("env"), kind, plain))
    if given is not None:
        problems.extend(_unwanted(secret_path("instances", id_, "env"), kind, given.env))
        problems.extend(_twice(id_, plain, given))
        problems.extend(_missing(id_, section.at("env"), kind, {*plain, *given.env}))
    return plain


def check_given(
    id_: str, kind: InstanceType, tokens: Collection[str], given: Given
) -> list[Problem]:
    """What the given secrets name and the instance does not have, and tokens that are the same."""
    path = secret_path("instances", id_)
    names = below(path, "tokens")
    problems = [
        Problem(
            path=below(names, name),
            expected="the name of one of the instance's tokens",
            found=shown(name),
            remedy=nearest(name, tokens),
        )
        for name in given.tokens
        if name not in tokens
    ]
    problems.extend(_same(names, given.tokens))
    if given.vnc_password is not None and SecretKind.VNC not in kind.secrets.values():
        found, remedy = "text", "Remove it: no instance of this type has a live view."
        problems.append(
            Problem(path=below(path, "vncPassword"), expected="nothing", found=found, remedy=remedy)
        )
    return problems


def _same(path: str, tokens: Mapping[str, str]) -> Iterator[Problem]:
    """A client is known by its token alone, so that authgate takes no value twice."""
    first: dict[str, str] = {}
    for name, value in tokens.items():
        # What is refused by itself is read as nothing.
        if value and (other := first.setdefault(value, name)) != name:
            yield Problem(
                path=below(path, name),
                expected="a value of its own",
                found=f"the value of {below(path, other)}",
                remedy=f"Type: {set_secret(below(path, name))}",
            )


def _plain(section: Section, kind: InstanceType) -> dict[str, str]:
    """What is a secret by its name is read as nothing: messages about it would show its value."""
    names = section.names(VARIABLE, expected="a name of letters, digits and underscores")
    return {
        name: ""
        if _is_secret(kind, name)
        else section.text(
            name, pattern=r"[^\0]*", expected="text", remedy="Quote it: variables are text."
        )
        for name in names
    }


def _is_secret(kind: InstanceType, name: str) -> bool:
    declared = {variable.name: variable.secret for variable in kind.variables}
    return declared.get(name, bool(re.fullmatch(SECRETIVE, name)))


def _unwanted(path: str, kind: InstanceType, names: Collection[str]) -> Iterator[Problem]:
    for name in names:
        if reason := _refusal(kind, name):
            yield Problem(
                path=below(path, name),
                expected=f"a variable that the type {kind.name} leaves to a stack",
                found=shown(name),
                remedy=reason,
            )


def _refusal(kind: InstanceType, name: str) -> str | None:
    """Why a stack may not set a variable, as a sentence that says what to do; None if it may."""
    for choice in kind.choices:
        if choice.env == name:
            return f"Write the choice {choice.name} instead."
    if name in kind.environment:
        return "Remove it: the type sets it itself."
    declared = [variable.name for variable in kind.variables]
    if name in declared:
        return None
    if kind.reserved_variables is None:
        return nearest(name, declared)
    for reserved in kind.reserved_variables:
        if re.fullmatch(reserved.pattern, name):
            return f"Remove it: {reserved.reason}."
    return None


def _exposed(id_: str, path: str, kind: InstanceType, plain: Collection[str]) -> Iterator[Problem]:
    declared = {variable.name for variable in kind.variables}
    for name in plain:
        if _is_secret(kind, name):
            reason = "it is a secret" if name in declared else "its name is that of a secret"
            yield Problem(
                path=below(path, name),
                expected=f"nothing here, for {reason}",
                found="text",
                remedy=f"Move it: {set_secret(secret_path('instances', id_, 'env', name))}",
            )


def _twice(id_: str, plain: Mapping[str, str], given: Given) -> Iterator[Problem]:
    for name in sorted(plain.keys() & given.env.keys()):
        yield Problem(
            path=secret_path("instances", id_, "env", name),
            expected="a variable that is set once",
            found="text",
            remedy=f"Remove it here or from mcpier:instances.{id_}.env.",
        )


def _missing(id_: str, path: str, kind: InstanceType, there: Collection[str]) -> Iterator[Problem]:
    for variable in kind.variables:
        if variable.required and variable.name not in there:
            place = secret_path("instances", id_, "env", variable.name)
            secret = f"Type: {set_secret(place)}"
            plain = f"Write {variable.name}: and its value below env:"
            yield Problem(
                path=below(path, variable.name),
                expected="a value",
                found="nothing",
                remedy=f"{variable.description} {secret if variable.secret else plain}",
            )
