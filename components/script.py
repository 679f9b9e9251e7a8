"""Commands that are scripts of the checkout: told what to do on stdin, their failure a report."""

from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi_command import local


def run_script(
    name: str,
    script: str,
    *,
    stdin: pulumi.Input[str],
    triggers: Sequence[Any] | None = None,
    opts: pulumi.ResourceOptions,
) -> local.Command:
    """Runs `components/scripts/<script>.py`, and again for another `stdin` or other `triggers`."""
    command = f"python3 components/scripts/{script}.py"
    return local.Command(
        name,
        create=command,
        update=command,
        stdin=stdin,
        triggers=triggers,
        # What it says in failing comes with the error; logged as well it would stand there twice.
        logging=local.Logging.NONE,
        add_previous_output_in_env=False,
        opts=opts,
    )
