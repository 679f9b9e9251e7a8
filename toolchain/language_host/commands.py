"""Command lines and results of programs and plugins: pure."""

import json
import signal
import tomllib
from collections.abc import Sequence
from pathlib import Path

from pulumi.runtime.proto.language_pb2 import RunRequest, RunResponse

from toolchain.language_host.errors import HostError

# pulumi-language-python-exec ends with it after it has shown the program's error itself.
EXIT_ERROR_SHOWN = 32


def program_arguments(request: RunRequest, engine: str, tracing: str | None) -> list[str]:
    """The arguments of `pulumi-language-python-exec` for `request`."""
    flags = {
        "monitor": request.monitor_address,
        "engine": engine,
        "project": request.project,
        "root_directory": request.info.root_directory,
        "stack": request.stack,
        "pwd": request.pwd,
        "dry_run": "true" if request.dryRun else "false",
        "parallel": str(request.parallel),
        "tracing": tracing,
        "organization": request.organization,
    }
    given = [part for name, value in flags.items() if value for part in (f"--{name}", value)]
    return [*given, request.info.entry_point, *request.args]


def program_variables(request: RunRequest) -> dict[str, str]:
    """The stack's config as environment variables: secrets stay off the command line."""
    return {
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
    }


def program_result(status: int) -> RunResponse:
    """What the engine is told of a program that ended with `status` (negative: by a signal)."""
    if status == 0:
        return RunResponse()
    if status == EXIT_ERROR_SHOWN:
        return RunResponse(bail=True)
    if status < 0:
        return RunResponse(error=f"Program was ended by {signal.Signals(-status).name}")
    return RunResponse(error=f"Program exited with non-zero exit code: {status}")


def plugin_arguments(kind: str, folder: Path, arguments: Sequence[str]) -> list[str]:
    """The interpreter's arguments that run the plugin in `folder`.

    A policy pack goes through the SDK's runner. Any other plugin is its `__main__.py`, or a package
    that the SDK's runner imports. Raises HostError if it is neither.
    """
    if kind == "analyzer":
        # -u: the engine waits for the port on the first line of stdout.
        return ["-u", "-m", "pulumi.policy", *arguments, str(folder)]
    if (folder / "__main__.py").is_file():
        return [str(folder), *arguments]
    package = _buildable_package(folder)
    if package is None:
        raise HostError(
            f"the plugin in '{folder}' cannot be run: it has neither a __main__.py nor a "
            "pyproject.toml with [project] name and [build-system] build-backend; add one of them"
        )
    return ["-m", "pulumi.run.plugin", package, *arguments]


def _buildable_package(folder: Path) -> str | None:
    path = folder / "pyproject.toml"
    if not path.is_file():
        return None
    try:
        described = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise HostError(f"'{path}' is not TOML: {error}; correct it") from error
    name = described.get("project", {}).get("name")
    backend = described.get("build-system", {}).get("build-backend")
    return name if name and backend else None
