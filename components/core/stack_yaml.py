"""Reads the YAML of a stack file as Pulumi reads it, so that both see the same values; types too.

Pulumi's is YAML 1.2 for the most part (gopkg.in/yaml.v3): `yes` and `22:30` are text there, a key
that stands twice is a mistake. A date is left as it is written.
"""

import re

import yaml

TAG = "tag:yaml.org,2002:"
OWN = {
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    # Longer ones are no whole numbers for Pulumi either.
    "int": (r"[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]{0,17})", "-+0123456789"),
    "float": (
        r"[-+]?(\.[0-9]+|[0-9][0-9_]*\.[0-9_]*)([eE][-+]?[0-9]+)?"
        r"|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        "-+0123456789.",
    ),
}
REPLACED = {f"{TAG}{kind}" for kind in (*OWN, "timestamp")}


class Loader(yaml.CSafeLoader):
    """As PyYAML's own but for what Pulumi reads in another way."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> object:
        """A node's value; raises `ConstructorError` for what only looks like a number: 08, 0x_.

        Always `deep`, for then what contains itself is an error, as it is for Pulumi.
        """
        try:
            found: object = super().construct_object(node, deep=True)
        except (ValueError, LookupError, AttributeError):
            told = f"{node.value} is no {node.tag.removeprefix(TAG)}; in quotes it is text"
            raise yaml.constructor.ConstructorError(None, None, told, node.start_mark) from None
        return found

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        """A mapping; raises `ConstructorError` for a key that stands there twice."""
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value} stands here twice", key.start_mark
                )
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
        found: dict[object, object] = super().construct_mapping(node, deep)
        return found


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in REPLACED]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for kind, (pattern, first) in OWN.items():
    Loader.add_implicit_resolver(f"{TAG}{kind}", re.compile(f"^(?:{pattern})$"), list(first))


def read_yaml(text: str) -> object:
    """What the text holds; raises `yaml.YAMLError`."""
    try:
        return yaml.load(text, Loader)
    except RecursionError:
        raise yaml.YAMLError("lists and mappings in one another, too deep to read") from None
