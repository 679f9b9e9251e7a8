"""The corpus of broken stack files: what each is told, beside it as text.

`python -m tests.core.corpus` writes the texts anew, after a change of messages that is meant.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from components.core.errors import ConfigError
from components.core.given import KEY as SECRETS
from components.core.instance_type import InstanceType
from components.core.parse import parse
from components.core.parse_type import parse_type
from components.core.surroundings import Surroundings, Unreadable
from console.errors import ConsoleError
from console.stack_file import PREFIX, parse_config, read_config
from tests.authority import Authority, key_pem, new_key, pem

FOLDER = Path(__file__).parent / "broken"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@cache
def types() -> list[InstanceType]:
    """The corpus's own types."""
    return [
        parse_type(file.parent.name, f"image/{file.parent.name}", _yaml(file), "0" * 64)
        for file in sorted(FOLDER.glob("types/*/type.yaml"))
    ]


@cache
def surroundings() -> Surroundings:
    """The files that the stack files name."""
    authority, key = Authority(NOW), new_key()
    leaf = authority.leaf(key, ["*.mcp.example.org"])
    files: dict[str, str | Unreadable] = {
        "good.crt": pem(leaf, authority.intermediate),
        "good.key": key_pem(key),
        "other.key": key_pem(new_key()),
        "encrypted.key": key_pem(key, "a passphrase"),
        "ended.crt": pem(authority.leaf(key, ["*.mcp.example.org"], days=-0.01)),
        "tomorrow.crt": pem(authority.leaf(key, ["*.mcp.example.org"], begins_in=1)),
        "elsewhere.crt": pem(authority.leaf(key, ["*.example.com", "example.com"])),
        "reversed.crt": pem(authority.intermediate, leaf),
        "strangers.crt": pem(leaf, Authority(NOW).intermediate),
        "notes.txt": "no PEM",
        "denied.key": Unreadable(reason="permission denied"),
    }
    return Surroundings(files=files, now=NOW)


def broken() -> list[Path]:
    """The stack files."""
    return sorted(FOLDER.glob("*.yaml"))


def golden(file: Path) -> Path:
    """Where it stands what a file is told."""
    return file.with_suffix(".txt")


def told(file: Path) -> str:
    """What `make up` says about a file; of one that it takes, what the program then says.

    The program has the secrets of the file decrypted, each to what stands behind `secure:`.
    """
    try:
        config = read_config("stacks/Pulumi.dev.yaml", file.read_text("utf-8"))
    except ConsoleError as error:
        return f"{error}\n"
    values = {key.removeprefix(PREFIX): value for key, value in config.items()}
    if SECRETS in values:
        values[SECRETS] = _decrypted(values[SECRETS])
    return _problems(
        lambda: parse_config("dev", config, lambda _: types(), lambda _: surroundings())
    ) or _problems(lambda: parse("dev", values, types(), surroundings()))


def _problems(read: Callable[[], object]) -> str:
    try:
        read()
    except ConfigError as error:
        return f"{error}\n"
    return ""


def _decrypted(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    if set(value) == {"secure"}:
        return value["secure"]
    return {key: _decrypted(below) for key, below in value.items()}


def _yaml(file: Path) -> Any:
    return yaml.safe_load(file.read_text("utf-8"))


if __name__ == "__main__":
    for each in broken():
        golden(each).write_text(told(each), "utf-8")
