"""Where things stand in a YAML text, by the marks of its parser."""

from collections.abc import Sequence
from dataclasses import dataclass

import yaml

Path = Sequence[str | int]


class NotInPlace(Exception):
    """The text is written in a way that leaves no room for a change."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A node; `key` is the key that holds it, `flow` whether that stands in a flow collection.

    `rest` is what of a path leads nowhere from here.
    """

    node: yaml.Node
    key: yaml.Node | None
    flow: bool
    rest: Path


def walk(text: str, path: Path) -> Place:
    """As far as the path leads."""
    node, key, flow = yaml.compose(text, Loader=yaml.SafeLoader), None, False
    if node is None:
        raise NotInPlace
    for number, name in enumerate(path):
        found = [entry for entry in entries_of(node) if entry[0].value == str(name)]
        if not found:
            return Place(node=node, key=key, flow=flow, rest=path[number:])
        flow = flow or in_flow(node)
        key, node = found[0]
    return Place(node=node, key=key, flow=flow, rest=())


def entries_of(node: yaml.Node) -> list[tuple[yaml.Node, yaml.Node]]:
    """Pairs of key and value; an item of a list stands for both."""
    if isinstance(node, yaml.MappingNode):
        return list(node.value)
    return [(item, item) for item in node.value] if isinstance(node, yaml.SequenceNode) else []


def in_flow(node: yaml.Node) -> bool:
    """Whether it is a collection in brackets or braces."""
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)


def number_of(node: yaml.Node, name: str | int) -> int:
    if isinstance(name, int):
        return name
    return [key.value for key, _ in entries_of(node)].index(name)


def flow_span(entries: list[tuple[yaml.Node, yaml.Node]], number: int) -> tuple[int, int]:
    """From where to where an entry stands, with one of the commas beside it."""
    begin, end = entries[number][0].start_mark.index, entries[number][1].end_mark.index
    if number + 1 < len(entries):
        return begin, entries[number + 1][0].start_mark.index
    return (entries[number - 1][1].end_mark.index if number else begin), end


def first_mark(text: str, parent: yaml.Node, entry: tuple[yaml.Node, yaml.Node]) -> int:
    """Where an entry begins: its key, or the dash of an item, between which comments may stand."""
    begin = int(entry[0].start_mark.index)
    if isinstance(parent, yaml.MappingNode):
        return begin
    dash = "\n" + " " * parent.start_mark.column + "-"
    return text.rindex(dash, 0, begin) + 1


def line_begin(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def entry_end(text: str, value: yaml.Node, column: int) -> int:
    """The line behind an entry and behind the comments that are indented deeper than it."""
    end = _line_end(text, _content_end(text, value))
    at = end
    while at < len(text):
        after = _line_end(text, at)
        line = text[at:after]
        deep = len(line) - len(line.lstrip(" ")) > column
        if line.lstrip().startswith("#") and deep:
            end = after
        elif line.strip():
            break
        at = after
    return end


def _line_end(text: str, index: int) -> int:
    """The index behind the end of the line."""
    return text.find("\n", index) + 1 or len(text)


def _content_end(text: str, node: yaml.Node) -> int:
    """The end of the last thing in it: a block's own end mark stands behind comments."""
    entries = entries_of(node)
    if entries and not in_flow(node):
        return _content_end(text, entries[-1][1])
    return len(text[: node.end_mark.index].rstrip())
