"""Which Pulumi plugins the packages of a Python environment need."""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi.runtime.proto.plugin_pb2 import PackageDependency, PackageParameterization

from toolchain.language_host.errors import HostError

_PRERELEASE = {"a": "alpha", "b": "beta", "rc": "rc"}
_VERSION = re.compile(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:(a|b|rc)(\d+))?")


@dataclass(frozen=True)
class InstalledPackage:
    """A Python package and the text of its pulumi-plugin.json, if it ships one."""

    name: str
    version: str
    plugin: str | None


def parse_installed(text: str) -> list[InstalledPackage]:
    """Reads what `installed.py` printed."""
    return [InstalledPackage(**item) for item in json.loads(text)]


def required_packages(installed: Iterable[InstalledPackage]) -> list[PackageDependency]:
    """The resource plugins of `installed`, sorted by name."""
    dependencies = [package_dependency(package) for package in installed]
    needed = [dependency for dependency in dependencies if dependency is not None]
    return sorted(needed, key=lambda dependency: dependency.name)


def package_dependency(package: InstalledPackage) -> PackageDependency | None:
    """The plugin behind `package`; None for a package without one.

    Raises HostError if its pulumi-plugin.json is malformed.
    """
    if package.plugin is None:
        return None
    described = _read(package, package.plugin)
    if described.get("resource") is not True:
        return None
    version = described.get("version") or plugin_version(package.version)
    if version is None:
        return None
    return PackageDependency(
        name=described.get("name") or package.name.removeprefix("pulumi-").removeprefix("pulumi_"),
        kind="resource",
        version=version if version.startswith("v") else f"v{version}",
        server=described.get("server", ""),
        parameterization=_parameterization(described.get("parameterization")),
        extension=_parameterization(described.get("extensionParameterization")),
    )


def plugin_version(version: str) -> str | None:
    """A Python version as the plugin's semantic one: 1.2 → 1.2.0, 1.2.3rc4 → 1.2.3-rc.4.

    None if it has none, as for epochs and local versions.
    """
    match = _VERSION.fullmatch(version)
    if match is None:
        return None
    major, minor, patch, kind, number = match.groups()
    prerelease = f"-{_PRERELEASE[kind]}.{number}" if kind else ""
    return f"{major}.{minor or 0}.{patch or 0}{prerelease}"


def _read(package: InstalledPackage, text: str) -> Mapping[str, Any]:
    try:
        described = json.loads(text)
    except ValueError as error:
        raise HostError(
            f"the pulumi-plugin.json of {package.name} {package.version} is not JSON: {error}; "
            f"reinstall the package: python -m pip install --force-reinstall {package.name}"
        ) from error
    if not isinstance(described, dict):
        raise HostError(
            f"the pulumi-plugin.json of {package.name} {package.version} must hold an object; "
            f"reinstall the package: python -m pip install --force-reinstall {package.name}"
        )
    return described


def _parameterization(described: Mapping[str, str] | None) -> PackageParameterization | None:
    if described is None:
        return None
    return PackageParameterization(
        name=described["name"],
        version=described["version"],
        # Go writes []byte as base64.
        value=base64.b64decode(described["value"]),
    )
