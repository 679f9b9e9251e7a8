"""The example, the parser, the schema and the reference say the same."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from components.core.parse_tls import MODES
from components.core.renamed import RENAMED
from schema.arrange import ANY, matches
from schema.example import Path
from schema.files import PROJECT, example, published, shape
from schema.traced import Shape
from tests.schema.stacks import accepted, problems, types, whole

SCHEMA: dict[str, Any] = json.loads((PROJECT / "stacks" / "schema.json").read_text("utf-8"))
# What Python's expressions can and those of editors (ECMA-262) cannot.
PYTHON_ONLY = re.compile(r"\(\?[aiLmsuxP#>(]|\\[AZ]|[*+?}]\+")
ALL_MODES = ["self-signed", "files", "hostDir", "acme"]


def keys_of(shape: Shape, path: Path = ()) -> Iterator[tuple[Path, Shape, bool]]:
    """Every key below a shape with its path, and whether it is required."""
    for inner in (shape, *shape.variants.values()):
        for key, below in inner.keys.items():
            yield (*path, key), below, key in (inner.required or ())
            yield from keys_of(below, (*path, key))
    if shape.each is not None:
        inside = path if shape.facts["type"] == "array" else (*path, ANY)
        yield from keys_of(shape.each, inside)


def said_of(path: Path) -> str | None:
    """The example's comment about a key."""
    found = (comment for known, comment in example().comments.items() if matches(path, known))
    return next((f"{comment.meaning} {comment.facts}" for comment in found), None)


def test_what_is_published_is_current() -> None:
    old = [file.name for file, text in published().items() if file.read_text("utf-8") != text]
    assert old == [], f"{', '.join(old)}: type `make schema`"


def test_the_example_explains_every_key_that_the_parser_knows() -> None:
    used = {instance["type"] for instance in example().config["mcpier:instances"].values()}
    others = {choice.name for kind in types() if kind.name not in used for choice in kind.choices}
    unexplained = {
        ".".join(path)
        for path, _, _ in keys_of(shape())
        if said_of(path) is None and path[-1] not in others
    }
    assert unexplained == set()


@pytest.mark.parametrize("mode", ALL_MODES)
def test_every_key_and_value_of_the_example_is_good_for_parser_and_schema(mode: str) -> None:
    assert problems(whole(mode)) == []
    assert accepted(whole(mode), SCHEMA)


@pytest.mark.parametrize("name", ["dev", "example"])
def test_a_stack_file_of_the_repository_fits_the_schema_that_it_names(name: str) -> None:
    text = (PROJECT / "stacks" / f"Pulumi.{name}.yaml").read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=schema.json\n")
    assert accepted(yaml.safe_load(text), SCHEMA)


def test_the_example_tells_the_defaults_and_bounds_that_the_parser_has() -> None:
    wrong = []
    for path, below, required in keys_of(shape()):
        said, facts = said_of(path) or "", below.facts
        default = facts.get("default")
        shown = str(default).lower() if isinstance(default, bool) else str(default)
        if path[:2] == ("mcpier:instances", ANY) and below.meaning:
            continue
        if default is not None and path[0] != "mcpier:bases":
            wrong += [path] * (f"Default: {shown}" not in said)
        if "minimum" in facts:
            wrong += [path] * (f"{facts['minimum']} to {facts['maximum']}" not in said)
        wrong += [path] * (required is not said.endswith("Required."))
    assert wrong == []


def test_each_mode_of_tls_reads_the_keys_that_it_is_told_to_take() -> None:
    read = {mode: set(below.keys) for mode, below in shape().keys["mcpier:tls"].variants.items()}
    assert read == {mode: set(keys) for mode, keys in MODES.items()}


def test_a_new_name_is_one_that_the_parser_knows_and_an_old_one_is_not() -> None:
    known = {".".join(path).replace(f".{ANY}", ".<id>") for path, _, _ in keys_of(shape())}
    assert not known & RENAMED.keys()
    renamed = {re.sub("[^.:]+$", new, old) for old, new in RENAMED.items()}
    assert renamed <= known


def test_editors_understand_every_pattern() -> None:
    def patterns(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from ([value["pattern"]] if isinstance(value.get("pattern"), str) else [])
            for below in value.values():
                yield from patterns(below)
        elif isinstance(value, list):
            for below in value:
                yield from patterns(below)

    found = list(patterns(SCHEMA))
    assert len(found) > 20
    assert [pattern for pattern in found if PYTHON_ONLY.search(pattern)] == []
