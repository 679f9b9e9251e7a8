"""The files that are made, and what they hold now."""

import json
from functools import cache
from pathlib import Path

from components.instance_types import load_types
from schema.arrange import arrange
from schema.document import NAMESPACE, stack_schema
from schema.example import Example, read_example
from schema.reference import reference
from schema.trace import trace
from schema.traced import Shape

PROJECT = Path(__file__).resolve().parent.parent
EXAMPLE = PROJECT / "stacks" / "Pulumi.example.yaml"


@cache
def example() -> Example:
    """The annotated example."""
    return read_example(EXAMPLE.read_text("utf-8"))


@cache
def shape() -> Shape:
    """What the parser reads in a stack file, in the order of the example."""
    config = {key.removeprefix(NAMESPACE): value for key, value in example().config.items()}
    found = trace(config, load_types(PROJECT)).below(NAMESPACE)
    arrange(found, example().comments)
    return found


def published() -> dict[Path, str]:
    """The texts of the JSON Schema and of the reference, by file."""
    schema = stack_schema(shape(), example().comments)
    return {
        PROJECT / "stacks" / "schema.json": f"{json.dumps(schema, indent=2, ensure_ascii=False)}\n",
        PROJECT / "docs" / "configuration.md": reference(shape(), example().comments),
    }
