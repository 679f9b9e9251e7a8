"""Finds the instance types: every folder under image/ that holds a type.yaml."""

from pathlib import Path

import yaml

from components.context import read_context
from components.core.digest import context_digest
from components.core.errors import ConfigError, Problem
from components.core.instance_type import InstanceType
from components.core.parse_type import parse_type


def load_types(project: Path) -> list[InstanceType]:
    """All instance types of a checkout, sorted by name; raises `ConfigError` for a bad one."""
    found = sorted((project / "image").glob("*/type.yaml"))
    return [_load(project, file) for file in found]


def _load(project: Path, file: Path) -> InstanceType:
    folder = file.parent
    relative = folder.relative_to(project).as_posix()
    try:
        document = yaml.safe_load(file.read_text("utf-8"))
    except yaml.YAMLError as error:
        problem = Problem(
            path=f"{relative}/type.yaml",
            expected="YAML",
            found=" ".join(str(error).split()),
            remedy="Mend the line that it names.",
        )
        raise ConfigError([problem]) from None
    return parse_type(folder.name, relative, document, context_digest(read_context(folder)))
