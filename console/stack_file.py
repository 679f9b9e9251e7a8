"""The stack as its file describes it, read without pulumi."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import yaml

from components.core.errors import ConfigError, Problem, kind_of
from components.core.given import KEY as SECRETS
from components.core.given import Sealed, exposed_paths
from components.core.instance_type import InstanceType
from components.core.model import StackSpec
from components.core.parse import parse
from components.core.stack_yaml import read_yaml
from components.core.surroundings import Surroundings
from components.instance_types import load_types
from components.surroundings import look_around
from console.errors import ConsoleError
from console.pulumi import PROJECT, stack_file

PREFIX = "mcpier:"


def read_stack(stack: str) -> StackSpec:
    """Parses stacks/Pulumi.<stack>.yaml; raises `ConsoleError` with every problem."""
    file = stack_file(stack)
    name = f"stacks/{file.name}"
    try:
        return parse_stack(stack, name, file.read_text("utf-8"))
    except ConfigError as error:
        raise ConsoleError(str(error), f"mend {name} and run this again") from None


def parse_stack(stack: str, name: str, text: str) -> StackSpec:
    """Parses the text of a stack's file; `name` is what messages call it.

    Raises `ConfigError` with every problem, and `ConsoleError` where it is not YAML.
    """
    config = read_config(name, text)
    return parse_config(
        stack,
        config,
        lambda values: load_types(PROJECT, values),
        lambda values: look_around(PROJECT, values),
    )


def read_values(stack: str) -> dict[str, Any]:
    """What a stack's file says, by key without the namespace; raises `ConsoleError`."""
    file = stack_file(stack)
    return _own(read_config(f"stacks/{file.name}", file.read_text("utf-8")))


def secret_names(stack: str) -> list[str]:
    """The paths below mcpier:secrets of all that is encrypted in a stack's file."""
    return list(_encrypted(read_values(stack).get(SECRETS), ""))


def _encrypted(written: Any, path: str) -> Iterator[str]:
    if not isinstance(written, dict):
        return
    if set(written) == {"secure"}:
        yield path
        return
    for key, entry in written.items():
        yield from _encrypted(entry, f"{path}.{key}" if path else str(key))


def parse_config(
    stack: str,
    config: Mapping[str, Any],
    find_types: Callable[[Mapping[str, Any]], Iterable[InstanceType]],
    look: Callable[[Mapping[str, Any]], Surroundings],
) -> StackSpec:
    """Parses what a stack file has below `config`; raises `ConfigError` with every problem."""
    problems = [_nameless(key, value) for key, value in config.items() if ":" not in key]
    values = _own(config)
    if SECRETS in values:
        values[SECRETS] = Sealed(exposed=tuple(exposed_paths(values[SECRETS])))
    try:
        spec = parse(stack, values, find_types(values), look(values))
    except ConfigError as error:
        raise ConfigError([*problems, *error.problems]) from None
    if problems:
        raise ConfigError(problems)
    return spec


def read_config(name: str, text: str) -> dict[str, Any]:
    """What the text of a stack file has below `config`; raises `ConsoleError`."""
    try:
        document = read_yaml(text) or {}
    except yaml.YAMLError as error:
        told = re.sub('in "<[a-z ]+>", line', "at line", " ".join(str(error).split()))
        raise ConsoleError(f"{name} is not YAML: {told}", "mend the line that it names") from None
    config = (document.get("config") or {}) if isinstance(document, dict) else None
    lost = isinstance(document, dict) and any(str(key).startswith(PREFIX) for key in document)
    if not isinstance(config, dict) or lost:
        raise ConsoleError(
            f"{name} does not hold a mapping config",
            "write config: and below it keys such as mcpier:domain",
        )
    return {str(key): value for key, value in config.items()}


def _own(config: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key.removeprefix(PREFIX): value for key, value in config.items() if key.startswith(PREFIX)
    }


def _nameless(key: str, value: object) -> Problem:
    return Problem(
        path=f"config.{key}",
        expected="a key with its namespace",
        found=kind_of(value),
        remedy=f"Rename it to {PREFIX}{key}, if it is meant for mcpier.",
    )
