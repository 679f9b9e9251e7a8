"""The files that are made, and what they hold now."""

import json
from pathlib import Path

from components.instance_types import load_types
from schema.arrange import arrange
from schema.document import NAMESPACE, stack_schema
from schema.example import read_example
from schema.reference import reference
from schema.trace import trace

PROJECT = Path(__file__).resolve().parent.parent
EXAMPLE = PROJECT / "stacks" / "Pulumi.example.yaml"


def published() -> dict[Path, str]:
    """The texts of the JSON Schema and of the reference, by file."""
    example = read_example(EXAMPLE.read_text("utf-8"))
    config = {key.removeprefix(NAMESPACE): value for key, value in example.config.items()}
    shape = trace(config, load_types(PROJECT)).below(NAMESPACE)
    arrange(shape, example.comments)
    schema = json.dumps(stack_schema(shape, example.comments), indent=2, ensure_ascii=False)
    return {
        PROJECT / "stacks" / "schema.json": f"{schema}\n",
        PROJECT / "docs" / "configuration.md": reference(shape, example.comments),
    }
