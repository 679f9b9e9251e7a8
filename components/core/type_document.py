"""Values of a type.yaml that an instance chooses: `{choice: <name>}` in place of a value."""

from collections.abc import Iterator, Mapping
from typing import Any

from components.core.choice import Value

CHOICES = "choices"


def references(document: object) -> dict[str, str]:
    """The choices that stand in place of values, by path such as `endpoints.mcp.port`."""
    if not isinstance(document, Mapping):
        return {}
    rest = {key: value for key, value in document.items() if key != CHOICES}
    return dict(_references(rest, ()))


def filled(document: object, values: Mapping[str, Value]) -> object:
    """The document with values in their places; a key whose choice has none is left out."""
    if not isinstance(document, Mapping):
        return document
    return {
        key: value if key == CHOICES else _filled(value, values)
        for key, value in document.items()
        if key == CHOICES or _choice(value) is None or _choice(value) in values
    }


def _filled(value: object, values: Mapping[str, Value]) -> Any:
    if (choice := _choice(value)) is not None:
        chosen = values[choice]
        return list(chosen) if isinstance(chosen, tuple) else chosen
    return filled(value, values)


def _references(value: object, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if (choice := _choice(value)) is not None:
        yield ".".join(path), choice
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _references(entry, (*path, str(key)))


def _choice(value: object) -> str | None:
    if isinstance(value, Mapping) and set(value) == {"choice"}:
        return str(value["choice"])
    return None
