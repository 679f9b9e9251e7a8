"""The options under `runtime` in Pulumi.yaml, PulumiPlugin.yaml and PulumiPolicy.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass

from toolchain.language_host.errors import HostError


@dataclass(frozen=True)
class RuntimeOptions:
    """virtualenv: path of the virtual environment, absolute or relative to the project's root;
    None: the Python on PATH."""

    virtualenv: str | None


def parse_options(options: Mapping[str, object]) -> RuntimeOptions:
    """Reads the options of a program or plugin; HostError for what this host does not offer."""
    virtualenv = options.get("virtualenv")
    if not isinstance(virtualenv, str | None):
        raise HostError(
            f"the runtime option 'virtualenv' must be a string, found {virtualenv!r}; "
            "write the path of the virtual environment, for example `virtualenv: venv`"
        )
    toolchain = options.get("toolchain", "pip")
    if toolchain not in ("pip", "auto"):
        raise HostError(
            f"the runtime option 'toolchain' is {toolchain!r}, and this language host knows 'pip' "
            "only; remove the option, or run with the language host of Pulumi's own download"
        )
    if options.get("typechecker") is not None:
        raise HostError(
            f"the runtime option 'typechecker' is {options['typechecker']!r}, and this language "
            "host runs none; remove the option and check types as a step of its own, or run with "
            "the language host of Pulumi's own download"
        )
    return RuntimeOptions(virtualenv=virtualenv or None)
