"""The registry in words, without a secret."""

from datetime import UTC, datetime
from pathlib import Path

from authgate.errors import AuthgateError
from authgate.files import RegistryTrouble
from authgate.model import Record, Token
from authgate.registry import INSTANCES, SUFFIX, parse_record


def list_registry(folder: Path) -> str:
    """One paragraph for each instance; raises AuthgateError naming the corrupt records."""
    try:
        files = sorted((folder / INSTANCES).iterdir())
    except OSError as error:
        raise AuthgateError(
            f"cannot read the registry in {folder}: {error.strerror}; write it by authgate sync"
        ) from error
    lines: list[str] = []
    problems: list[str] = []
    for path in files:
        if path.suffix != SUFFIX:
            continue
        try:
            lines += _describe(parse_record(path.name, path.read_bytes()))
        except RegistryTrouble as trouble:
            problems.append(str(trouble))
    if problems:
        raise AuthgateError("\n".join([*lines, "corrupt records:"]), problems)
    return "\n".join(lines) if lines else "no instances"


def _describe(record: Record) -> list[str]:
    origins = ", ".join(sorted(origin.decode() for origin in record.origins)) or "its own only"
    head = f"{record.id}  type {record.type}, {record.state}, origins: {origins}"
    return [head, *(f"    {_token(token)}" for token in record.tokens)]


def _token(token: Token) -> str:
    if token.expires is None:
        return f"{token.name}  {token.grant}, does not expire"
    until = datetime.fromtimestamp(token.expires, UTC)
    return f"{token.name}  {token.grant}, good until {until:%Y-%m-%d %H:%M} UTC"
