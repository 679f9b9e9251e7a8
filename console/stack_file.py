"""The stack as its file describes it, read without pulumi."""

import yaml

from components.core.errors import ConfigError
from components.core.model import StackSpec
from components.core.parse import parse
from components.instance_types import load_types
from console.errors import ConsoleError
from console.pulumi import PROJECT

PREFIX = "mcpier:"


def read_stack(stack: str) -> StackSpec:
    """Parses stacks/Pulumi.<stack>.yaml; raises `ConsoleError` with every problem."""
    file = PROJECT / "stacks" / f"Pulumi.{stack}.yaml"
    name = f"stacks/{file.name}"
    try:
        document = yaml.safe_load(file.read_text("utf-8")) or {}
    except yaml.YAMLError as error:
        raise ConsoleError(
            f"{name} is not YAML: {' '.join(str(error).split())}", "mend the line that it names"
        ) from None
    config = document.get("config") if isinstance(document, dict) else None
    values = {
        key.removeprefix(PREFIX): value
        for key, value in (config or {}).items()
        if key.startswith(PREFIX)
    }
    try:
        return parse(stack, values, load_types(PROJECT))
    except ConfigError as error:
        raise ConsoleError(str(error), f"mend {name} and run this again") from None
