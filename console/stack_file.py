"""The stack as its file describes it, read without pulumi."""

from typing import Any

import yaml

from components.core.errors import ConfigError
from components.core.given import KEY as SECRETS
from components.core.given import Sealed, exposed_paths
from components.core.model import StackSpec
from components.core.parse import parse
from components.instance_types import load_types
from components.surroundings import look_around
from console.errors import ConsoleError
from console.pulumi import PROJECT, stack_file

PREFIX = "mcpier:"


def read_stack(stack: str) -> StackSpec:
    """Parses stacks/Pulumi.<stack>.yaml; raises `ConsoleError` with every problem."""
    file = stack_file(stack)
    name = f"stacks/{file.name}"
    values = {
        str(key).removeprefix(PREFIX): value
        for key, value in _config(name, file.read_text("utf-8")).items()
        if str(key).startswith(PREFIX)
    }
    if SECRETS in values:
        values[SECRETS] = Sealed(exposed=tuple(exposed_paths(values[SECRETS])))
    try:
        return parse(stack, values, load_types(PROJECT), look_around(PROJECT, values))
    except ConfigError as error:
        raise ConsoleError(str(error), f"mend {name} and run this again") from None


def _config(name: str, text: str) -> dict[Any, Any]:
    try:
        document = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise ConsoleError(
            f"{name} is not YAML: {' '.join(str(error).split())}", "mend the line that it names"
        ) from None
    config = (document.get("config") or {}) if isinstance(document, dict) else None
    if not isinstance(config, dict):
        raise ConsoleError(
            f"{name} does not hold a mapping config",
            "write config: and below it keys such as mcpier:domain",
        )
    return config
