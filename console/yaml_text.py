"""Changes a YAML text in place: what a change is not about keeps its bytes, comments and all.

The parser's marks say where things stand (docs/decisions/0026).
"""

import re
from typing import Any

import yaml

from components.core.stack_yaml import OWN, TAG, read_yaml
from console.yaml_marks import (
    NotInPlace,
    Path,
    Place,
    entries_of,
    entry_end,
    first_mark,
    flow_span,
    in_flow,
    line_begin,
    number_of,
    walk,
)

# Columns of a line: no line is broken.
UNBROKEN = 10**6
STEP = 2


class Dumper(yaml.SafeDumper):
    """Indents the lists of a mapping, as stack files have them.

    Text that YAML 1.1, or Pulumi, would read as anything else gets quotes.
    """

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


for kind, (pattern, first) in OWN.items():
    Dumper.add_implicit_resolver(f"{TAG}{kind}", re.compile(f"^(?:{pattern})$"), list(first))


def with_entry(text: str, path: Path, value: object) -> str:
    """The text with a value under a key that is not there; mappings on the way to it are made."""
    wanted: Any = read_yaml(text)
    inner = wanted
    for key in path[:-1]:
        if inner.get(key) is None:
            inner[key] = {}
        inner = inner[key]
    inner[path[-1]] = value
    place = walk(text, path)
    for key in reversed(place.rest[1:]):
        value = {key: value}
    return _checked(_grown(text, place, {place.rest[0]: value}), wanted)


def with_item(text: str, path: Path, value: object) -> str:
    """The text with a value at the end of the list at a path, which is made if it is not there."""
    place = walk(text, path)
    if place.rest:
        return with_entry(text, path, [value])
    wanted: Any = read_yaml(text)
    holder = _at(wanted, path[:-1])
    holder[path[-1]] = [*(holder[path[-1]] or []), value]
    return _checked(_grown(text, place, [value]), wanted)


def without(text: str, path: Path) -> str:
    """The text without what is at a path: the entry of a mapping, or the item of a list."""
    wanted: Any = read_yaml(text)
    del _at(wanted, path[:-1])[path[-1]]
    place = walk(text, path[:-1])
    try:
        return _checked(_shrunk(text, place, number_of(place.node, path[-1])), wanted)
    except ValueError:
        # Something does not stand where it does in a text that is written by hand.
        raise NotInPlace from None


def _shrunk(text: str, place: Place, number: int) -> str:
    entries = entries_of(place.node)
    if in_flow(place.node):
        begin, end = flow_span(entries, number)
        return text[:begin] + text[end:]
    begin = line_begin(text, first_mark(text, place.node, entries[number]))
    end = entry_end(text, entries[number][1], place.node.start_mark.column)
    kept = text[:begin]
    return (_emptied(kept, place) if len(entries) == 1 else kept) + text[end:]


def _checked(after: str, wanted: object) -> str:
    try:
        if read_yaml(after) == wanted:
            return after
    except yaml.YAMLError:
        pass
    raise NotInPlace


def _at(data: Any, path: Path) -> Any:
    for key in path:
        data = data[key]
    return data


def _grown(text: str, place: Place, addition: Any) -> str:
    node = place.node
    if entries := entries_of(node):
        if in_flow(node):
            end = entries[-1][1].end_mark.index
            return f"{text[:end]}, {_flow(addition)[1:-1]}{text[end:]}"
        column = node.start_mark.column
        end = entry_end(text, entries[-1][1], column)
        before = text[:end] if text[:end].endswith("\n") else text[:end] + "\n"
        return f"{before}{_block(addition, column)}\n{text[end:]}"
    end = node.end_mark.index
    before = text[: node.start_mark.index].rstrip(" ")
    if place.flow or place.key is None:
        return f"{before} {_flow(addition)}{text[end:]}"
    rest, _, after = text[end:].partition("\n")
    return f"{before}{rest}\n{_block(addition, place.key.start_mark.column + STEP)}\n{after}"


def _block(value: Any, column: int) -> str:
    lines = _written(value, flow=False).splitlines()
    return "\n".join(" " * column + line for line in lines)


def _flow(value: Any) -> str:
    return _written(value, flow=True).strip()


def _written(value: Any, *, flow: bool) -> str:
    written: str = yaml.dump(
        value,
        Dumper=Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=UNBROKEN,
        default_flow_style=flow,
    )
    return written


def _emptied(before: str, place: Place) -> str:
    """The text up to an only entry, with an empty collection under the key that holds it."""
    if place.key is None:
        raise NotInPlace
    colon = before.index(":", place.key.end_mark.index) + 1
    empty = " {}" if isinstance(place.node, yaml.MappingNode) else " []"
    return before[:colon] + empty + before[colon:]
