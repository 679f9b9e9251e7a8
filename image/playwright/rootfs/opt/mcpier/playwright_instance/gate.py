"""Waits until what a program needs answers, then becomes that program.

`python3 -m playwright_instance.gate display -- command …`. supervisord starts all programs
at once (its priorities only order the forks), so each one waits here for what it needs.
"""

import os
import sys
import time
from collections.abc import Callable

from playwright_instance import answers
from playwright_instance.patience import START_SECONDS

POLL_SECONDS = 0.02

NEEDS: dict[str, Callable[[], str | None]] = {
    "display": answers.display,
    "vnc": answers.vnc,
}


def wait(need: str, patience: float = START_SECONDS) -> str | None:
    """Wait until a need answers; return None, or what was still wrong when patience ran out."""
    deadline = time.monotonic() + patience
    while (wrong := NEEDS[need]()) is not None:
        if time.monotonic() > deadline:
            return wrong
        time.sleep(POLL_SECONDS)
    return None


def main(arguments: list[str]) -> int:
    """Wait for the need and replace this process with the command."""
    need, command = arguments[0], arguments[2:]
    if wrong := wait(need):
        print(f"mcpier: {command[0]} waited {START_SECONDS:.0f} s: {wrong}", flush=True)
        return 1
    os.execvp(command[0], command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
