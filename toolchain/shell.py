"""The environment in which pulumi runs, whoever starts it."""

import os
from collections.abc import Mapping
from pathlib import Path

from toolchain.steps import cache_dir

# The dev stack's state holds nothing that is worth a passphrase of one's own.
DEV_STACK, DEV_PASSPHRASE = "dev", "mcpier-dev"
# By itself Pulumi's engine has a provider compare one resource after another, and Go looks for
# garbage whenever a program's memory has doubled. Together that is a quarter of the time of a
# deploy that changes nothing (docs/architecture.md).
QUICK = {"GOGC": "400", "PULUMI_PARALLEL_DIFF": "true"}
PASSPHRASES = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")


def tools_folder() -> Path:
    """Where the tools that this machine lacked are linked."""
    return cache_dir() / "toolchain" / "bin"


def pulumi_variables(stack: str, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What must be set besides `environ` for pulumi to work on a stack."""
    variables = {"PATH": path_with_tools(environ), "PULUMI_SKIP_UPDATE_CHECK": "true"}
    variables |= {name: value for name, value in QUICK.items() if name not in environ}
    if stack == DEV_STACK and not any(name in environ for name in PASSPHRASES):
        variables["PULUMI_CONFIG_PASSPHRASE"] = DEV_PASSPHRASE
    return variables


def path_with_tools(environ: Mapping[str, str] = os.environ) -> str:
    """PATH with the tools' folder behind all that is there: what is there is used."""
    folder, known = str(tools_folder()), environ.get("PATH", os.defpath).split(os.pathsep)
    if folder in known or not Path(folder).is_dir():
        return os.pathsep.join(known)
    return os.pathsep.join([*known, folder])
