"""Finds the instance types: the folders of image/ that hold a type.yaml, and those of a config."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from components.context import DOCKERFILE, read_context
from components.core.digest import context_digest
from components.core.errors import ConfigError, Problem
from components.core.instance_type import Build, ContainerType, InstanceType
from components.core.parse_type import parse_type
from components.core.parse_type_paths import KEY as TYPE_PATHS
from components.core.parse_type_paths import REMEDY, parse_type_paths
from components.core.section import Section
from components.core.stack_yaml import read_yaml

TYPE_FILE = "type.yaml"


def load_types(project: Path, config: Mapping[str, Any] | None = None) -> list[InstanceType]:
    """All instance types of a checkout and of a config, sorted by name.

    Raises `ConfigError` with every problem of all of them.
    """
    problems: list[Problem] = []
    own = [file.parent for file in (project / "image").glob(f"*/{TYPE_FILE}")]
    folders = {folder.name: folder.relative_to(project).as_posix() for folder in own}
    for path, folder in _type_paths(project, config or {}, problems):
        name = Path(project, folder).resolve().name
        if name in folders:
            remedy = "Rename the folder: it is the type's name."
            problems.append(_problem(path, "a type with a name of its own", repr(name), remedy))
        folders.setdefault(name, folder)
    found = [_load(project, name, folder, problems) for name, folder in sorted(folders.items())]
    if problems:
        raise ConfigError(problems)
    return [kind for kind in found if kind is not None]


def _type_paths(
    project: Path, config: Mapping[str, Any], problems: list[Problem]
) -> Iterator[tuple[str, str]]:
    """Each folder that a config names, as it names it, with the path of its name."""
    root = Section("mcpier:", config, problems)
    for place, folder in enumerate(parse_type_paths(root)):
        path = f"{root.at(TYPE_PATHS)}[{place}]"
        if (project / folder / TYPE_FILE).is_file():
            yield path, folder
        else:
            problems.append(_problem(path, "a folder with a type.yaml", repr(folder), REMEDY))


def _load(project: Path, name: str, folder: str, problems: list[Problem]) -> InstanceType | None:
    files = project / folder
    try:
        document: Any = read_yaml((files / TYPE_FILE).read_text("utf-8"))
        own = context_digest(read_context(files))
        kind = parse_type(name, folder, document, own, _contexts(files))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        found = " ".join(str(error).split())
        remedy = "Mend what it names."
        problems.append(_problem(f"{folder}/{TYPE_FILE}", "YAML", found, remedy))
    except ConfigError as error:
        problems.extend(error.problems)
    else:
        for container in (kind, *kind.sidecars):
            problems.extend(_missing_files(project, container))
        return kind
    return None


def _missing_files(project: Path, container: ContainerType) -> Iterator[Problem]:
    """What a container's description names and its folder does not hold."""
    if isinstance(container.image, Build):
        dockerfile = Path(container.image.folder, DOCKERFILE)
        if not (project / dockerfile).is_file():
            remedy = "Write it: the image is built by it."
            yield _problem(str(dockerfile), "a file", "none", remedy)
    if container.seccomp is not None:
        profile = Path(container.folder, container.seccomp)
        if told := _no_profile(project / profile):
            remedy = "Name a seccomp profile of Docker's beside type.yaml."
            yield _problem(str(profile), "a seccomp profile in JSON", told, remedy)


def _no_profile(file: Path) -> str:
    """Why the engine would not take a file for a seccomp profile; empty where it may."""
    try:
        profile = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        return str(error)
    rules = profile.get("syscalls") if isinstance(profile, dict) else None
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        return "no list of rules under the key syscalls"
    return "" if all("action" in rule for rule in rules) else "a rule without an action"


def _contexts(folder: Path) -> dict[str, str]:
    """Digests of the build contexts below a folder, by their names."""
    below = sorted(file.parent for file in folder.glob(f"*/{DOCKERFILE}"))
    return {context.name: context_digest(read_context(context)) for context in below}


def _problem(path: str, expected: str, found: str, remedy: str) -> Problem:
    return Problem(path=path, expected=expected, found=found, remedy=remedy)
