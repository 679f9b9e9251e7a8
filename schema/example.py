"""Reads the annotated example: every key as if it were set, and what its comments say."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

Path = tuple[str, ...]
# A key that stands there as a comment has no space behind its #; prose has one.
COMMENTED_KEY = re.compile(r"^( *)#(?=[A-Za-z][\w:]*:( |$))")
PROSE = re.compile(r"^ *(- )?# (.*)$")
# What a comment says of a value, behind its meaning.
FACTS = re.compile(
    r"(^|(?<=[.:)…]) )"
    r"(Text|Whole number|Number|A mapping|A list|True or false|No default|Default)\b.*$"
)


@dataclass(frozen=True, kw_only=True)
class Comment:
    """What stands above a key: its meaning, and what is said of its type and default."""

    meaning: str
    facts: str


@dataclass(frozen=True, kw_only=True)
class Example:
    """The config with every key, commented or not, by the path of keys; a list adds none to it."""

    config: Mapping[str, Any]
    comments: Mapping[Path, Comment]


def read_example(text: str) -> Example:
    """Reads the text of `Pulumi.example.yaml`."""
    lines = list(_uncommented(text.splitlines()))
    whole = "\n".join(lines)
    root = yaml.compose(whole, yaml.SafeLoader)
    return Example(
        config=yaml.safe_load(whole)["config"],
        comments={
            path[1:]: comment
            for path, line in _keys(root, ())
            if (comment := _comment(lines, line)) and path[1:]
        },
    )


def _uncommented(lines: Sequence[str]) -> Iterator[str]:
    margin = None
    for line in lines:
        if key := COMMENTED_KEY.match(line):
            margin = key[1]
        elif margin is not None and not line.startswith(f"{margin}#  "):
            margin = None
        yield line if margin is None else margin + line[len(margin) + 1 :]


def _keys(node: yaml.Node | None, path: Path) -> Iterator[tuple[Path, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = (*path, key.value)
            yield below, key.start_mark.line
            yield from _keys(value, below)
    elif isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            yield from _keys(entry, path)


def _comment(lines: Sequence[str], key: int) -> Comment | None:
    prose: list[str] = []
    while key > 0 and (found := PROSE.match(lines[key - 1])):
        prose.insert(0, found[2])
        key -= 1
    text = " ".join(prose)
    facts = FACTS.search(text)
    meaning = FACTS.sub("", text)
    return Comment(meaning=meaning, facts=facts[0].strip() if facts else "") if text else None
