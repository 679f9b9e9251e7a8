"""An image built once more by hand: the provider tells only that a build failed."""

import subprocess
from collections.abc import Mapping

from console.pulumi import PROJECT


def failing_build(folder: str, arguments: Mapping[str, str], seconds: float) -> str | None:
    """What a build says that fails; None where it does not, or takes longer."""
    try:
        done = subprocess.run(
            # The classic builder leaves the container of a step that fails.
            [*build_command(folder, arguments), "--force-rm"],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode != 0 else None


def build_command(folder: str, arguments: Mapping[str, str]) -> list[str]:
    """How a folder of the project is built by hand."""
    given = [flag for pair in arguments.items() for flag in ("--build-arg", "=".join(pair))]
    return ["docker", "build", *given, folder]
