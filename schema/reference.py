"""The page that describes every key of a stack file, as Markdown."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from schema.arrange import ANY
from schema.document import meaning_of
from schema.example import Comment, Path
from schema.traced import Shape

HEAD = """# Configuration
Every key of a stack file, `stacks/Pulumi.<stack>.yaml`. Made by `make schema` from
[Pulumi.example.yaml](../stacks/Pulumi.example.yaml), the parser and the instance types; it is not
edited by hand. The same for editors: [schema.json](../stacks/schema.json).
"""
TABLE = "| Key | Value | Default | Meaning |\n|---|---|---|---|"


def reference(root: Shape, comments: Mapping[Path, Comment]) -> str:
    """The whole page."""
    return "\n".join([HEAD, *_tables(root, (), comments, "Keys below `config:`")])


def _tables(
    shape: Shape, path: Path, comments: Mapping[Path, Comment], title: str
) -> Iterator[str]:
    """The keys of a mapping, and then those of the mappings below it."""
    if shape.keys:
        yield f"## {title}\n\n{TABLE}"
        yield from _rows(shape, path, comments)
        yield ""
    for value, variant in shape.variants.items():
        if variant.keys:
            yield f"With `{shape.selector}: {value}`:\n\n{TABLE}"
            yield from _rows(variant, path, comments)
            yield ""
    for key, inner in _mappings(shape):
        yield from _tables(inner, (*path, key), comments, f"`{_written((*path, key))}`")


def _mappings(shape: Shape) -> Iterator[tuple[str, Shape]]:
    """The mappings below one, and those in its lists, by key."""
    everything = dict(shape.keys)
    for variant in shape.variants.values():
        everything |= variant.keys
    if shape.each is not None:
        everything[ANY] = shape.each
    for key, inner in everything.items():
        while inner.facts.get("type") == "array" and inner.each is not None:
            inner = inner.each
        if inner.facts.get("type") == "object":
            yield key, inner


def _rows(shape: Shape, path: Path, comments: Mapping[Path, Comment]) -> Iterator[str]:
    for key, inner in shape.keys.items():
        needed = key in (shape.required or ())
        default = inner.facts.get("default")
        shown = "required" if needed else "" if default is None else _code(default)
        meaning = _escaped(meaning_of(inner, (*path, key), comments))
        yield f"| `{key}` | {_value(inner, secret=shape.secret)} | {shown} | {meaning} |"


def _value(shape: Shape, *, secret: bool) -> str:
    facts = shape.facts
    if shape.short is not None:
        return f"list of mappings, or of text for their `{shape.short}`"
    if "enum" in facts:
        return ", ".join(map(_code, facts["enum"]))
    kind = facts.get("type")
    if kind == "array":
        return "list of text"
    if kind == "object":
        return "mapping"
    if kind in ("integer", "number"):
        whole = "whole number" if kind == "integer" else "number"
        return f"{whole}, {facts['minimum']} to {facts['maximum']}"
    if kind == "boolean":
        return "`true`, `false`"
    if kind is None:
        return ""
    text = "date" if facts.get("format") == "date" else "text"
    return f"encrypted {text}" if secret else text


def _written(path: Path) -> str:
    return ".".join("<id>" if key == ANY else key for key in path)


def _code(value: Any) -> str:
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _escaped(text: str) -> str:
    return re.sub(r"([*_<|])", r"\\\1", text)
