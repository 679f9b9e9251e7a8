"""Reads the stack's config and the instance types beside the program: the only reader of either."""

import json
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import config as runtime_config

from components.core.errors import ConfigError
from components.core.model import StackSpec
from components.core.parse import parse
from components.instance_types import load_types

PROJECT = Path(__file__).resolve().parent.parent
NAMESPACE = "mcpier"


def load() -> StackSpec:
    """The stack to declare; raises `pulumi.RunError` with every problem of the config."""
    try:
        return parse(pulumi.get_stack(), _plain_config(), load_types(PROJECT))
    except ConfigError as error:
        raise pulumi.RunError(str(error)) from None


def _plain_config() -> dict[str, Any]:
    values = runtime_config.get_config_env() | runtime_config.CONFIG.get()
    prefix = f"{NAMESPACE}:"
    return {
        key.removeprefix(prefix): _decoded(value)
        for key, value in values.items()
        if key.startswith(prefix)
    }


def _decoded(value: Any) -> Any:
    """Pulumi hands structured values over as JSON text, and plain text as it is."""
    if isinstance(value, str) and value[:1] in "{[":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
