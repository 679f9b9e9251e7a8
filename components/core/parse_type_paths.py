"""Reads where the instance types of a config's own are."""

from components.core.section import Section

KEY = "typePaths"
REMEDY = "Write one folder with a type.yaml a line, absolute or from the one of Pulumi.yaml."


def parse_type_paths(root: Section) -> tuple[str, ...]:
    """The folders, as the config names them."""
    return root.texts(KEY, remedy=REMEDY)
