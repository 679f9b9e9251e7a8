"""Reads the stack's config and the instance types beside the program: the only reader of either."""

import json
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import config as runtime_config

from components.core.errors import ConfigError
from components.core.given import KEY as SECRETS
from components.core.given import AllGiven, Sealed, exposed_paths, read_given
from components.core.model import StackSpec
from components.core.parse import parse
from components.instance_types import load_types
from components.surroundings import look_around

PROJECT = Path(__file__).resolve().parent.parent
NAMESPACE = "mcpier"


def load() -> tuple[StackSpec, pulumi.Output[AllGiven]]:
    """The stack to declare, and the secrets that its config gives.

    Raises `pulumi.RunError` with every problem of the config.
    """
    config = _config()
    try:
        spec = parse(
            pulumi.get_stack(),
            config,
            load_types(PROJECT, config),
            look_around(PROJECT, config),
        )
    except ConfigError as error:
        raise pulumi.RunError(str(error)) from None
    for warning in spec.warnings:
        pulumi.log.warn(warning)
    return spec, pulumi.Output.secret(config.get(SECRETS)).apply(read_given)


def _config() -> dict[str, Any]:
    """All of it, by key without the namespace; secrets that are not encrypted are not taken.

    Pulumi tells of keys, not of values: one encrypted value makes the whole object a secret.
    """
    config = _decrypted()
    key = f"{NAMESPACE}:{SECRETS}"
    encrypted = runtime_config.get_config_secret_keys_env()
    if SECRETS in config and not (key in encrypted or runtime_config.is_config_secret(key)):
        exposed = tuple(exposed_paths(config[SECRETS]))
        config[SECRETS] = Sealed(exposed=exposed) if exposed else {}
    return config


def _decrypted() -> dict[str, Any]:
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
