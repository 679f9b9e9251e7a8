"""Reads the packages that a stack has installed into an instance's image."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from components.core.instance_type import Build, InstanceType
from components.core.section import Section

KEY = "packages"


@dataclass(frozen=True, kw_only=True)
class Installer:
    """How packages of one kind are named: `package` with or without what `version` matches."""

    package: str
    version: str
    example: str


# Nothing begins with a hyphen or holds a space: the names reach an installer's command line.
INSTALLERS: Mapping[str, Installer] = {
    "apt": Installer(
        package=r"[a-z0-9][a-z0-9.+-]+", version=r"=[A-Za-z0-9.+:~-]+", example="jq=1.6-2.1"
    ),
    "npm": Installer(
        package=r"(@[a-z0-9~][a-z0-9._~-]*/)?[a-z0-9~][a-z0-9._~-]*",
        version=r"@[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?",
        example="@modelcontextprotocol/server-memory@2026.1.26",
    ),
    "pip": Installer(
        package=r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._,-]+\])?",
        version=r"==[A-Za-z0-9.!+_-]+",
        example="mcp-server-time==2026.10.19",
    ),
}
# A range or a tag in place of a version; it is installed, and warned of.
LOOSE = r"@[A-Za-z0-9.^~<>=*x-]+|(==|>=|<=|~=|!=|>|<)[A-Za-z0-9.!+_*,<>=~-]+"


def parse_packages(
    section: Section, kind: InstanceType, warnings: list[str]
) -> Mapping[str, tuple[str, ...]]:
    """The packages by installer; those without one version are warned of."""
    takes = kind.image.packages if isinstance(kind.image, Build) else ()
    if not takes:
        return {}
    packages = section.section(KEY)
    found = {installer: _packages(packages, installer, warnings) for installer in takes}
    packages.close()
    return {installer: names for installer, names in found.items() if names}


def with_packages(kind: InstanceType, packages: Mapping[str, tuple[str, ...]]) -> InstanceType:
    """The type with an image that has these packages."""
    if not packages or not isinstance(kind.image, Build):
        return kind
    return replace(kind, image=replace(kind.image, installed=packages))


def is_pinned(installer: str, written: str) -> bool:
    """Whether it names one version, so that every build installs the same."""
    known = INSTALLERS[installer]
    return re.fullmatch(known.package + known.version, written) is not None


def unpinned(packages: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """Installer and package, as written, of each that names no version."""
    for installer, names in sorted(packages.items()):
        yield from ((installer, name) for name in names if not is_pinned(installer, name))


def _packages(section: Section, installer: str, warnings: list[str]) -> tuple[str, ...]:
    known = INSTALLERS[installer]
    names = section.texts(
        installer,
        remedy=f"Write one package a line, such as {known.example}.",
        pattern=f"{known.package}({known.version}|{LOOSE})?",
        expected=f"a package such as {known.example}",
        each="Name a package of the registry, with its version.",
    )
    for place, name in enumerate(names):
        if not is_pinned(installer, name):
            warnings.append(
                f"{section.at(installer)}[{place}]: {name} names no version, so that another build "
                f"may install another one. Write it like {known.example}."
            )
    return tuple(sorted(set(names)))
