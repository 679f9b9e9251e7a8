"""Stack files that are good, and what reads them: the schema, and the parser as `make up` does."""

import copy
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import jsonschema

from components.core.errors import ConfigError
from components.core.given import KEY as SECRETS
from components.core.instance_type import InstanceType
from components.core.parse import parse
from components.core.surroundings import Surroundings
from components.instance_types import load_types
from console.stack_file import parse_config
from schema.document import NAMESPACE
from schema.files import PROJECT, example
from tests.authority import Authority

Document = dict[str, Any]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
# In place of what the example cuts off, and of what only its owner can encrypt.
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
DECRYPTED = {"vncPassword": "12345678", "alice": "a-token-of-twenty-characters"}


@cache
def types() -> list[InstanceType]:
    """The types that ship."""
    return load_types(PROJECT)


@cache
def surroundings() -> Surroundings:
    """The files that the example names."""
    chain, key = Authority(NOW).pair("*.mcp.example.org")
    return Surroundings(
        files={"wildcard.crt": chain, "wildcard.key": key, "acme-ca.pem": chain}, now=NOW
    )


def whole(mode: str) -> Document:
    """The example with every key of a mode of TLS set; `hostDir` stands for the other `files`."""
    config = copy.deepcopy(dict(example().config))
    config["mcpier:instances"]["demo"]["extraCa"] = CERTIFICATE
    wanted = {
        "self-signed": ["generation"],
        "files": ["certFile", "keyFile"],
        "hostDir": ["hostDir"],
        "acme": ["email", "dnsProvider", "caServer", "caFile", "propagation"],
    }[mode]
    tls = config["mcpier:tls"]
    chosen = {key: tls[key] for key in wanted}
    config["mcpier:tls"] = {"mode": "files" if mode == "hostDir" else mode, **chosen}
    return {"config": config, "encryptionsalt": "v1:x"}


def accepted(document: object, schema: Mapping[str, Any]) -> bool:
    """Whether the schema finds nothing wrong."""
    return bool(jsonschema.Draft7Validator(schema).is_valid(document))


def problems(document: Document) -> list[str]:
    """What the parser finds wrong: first in the file, and then with its secrets decrypted."""
    config: Document = document["config"] or {}
    values = {
        key.removeprefix(NAMESPACE): decrypt(value) if key.endswith(f":{SECRETS}") else value
        for key, value in config.items()
        if key.startswith(NAMESPACE)
    }
    return [
        *told(lambda: parse_config("example", config, lambda _: types(), lambda _: surroundings())),
        *told(lambda: parse("example", values, types(), surroundings())),
    ]


def decrypt(value: Any, key: str = "") -> Any:
    """The same with good values in place of what Pulumi has encrypted."""
    if not isinstance(value, Mapping):
        return value
    if set(value) == {"secure"}:
        return DECRYPTED.get(key, "decrypted")
    return {name: decrypt(below, name) for name, below in value.items()}


def told(read: Callable[[], object]) -> list[str]:
    """The problems that a reading raises."""
    try:
        read()
    except ConfigError as error:
        return [str(problem) for problem in error.problems]
    return []
