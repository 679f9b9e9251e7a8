"""`python3 -m toolchain [--stack STACK] [STEP …] [-- COMMAND …]`: sets up, then runs the command.

Steps are engine, python, tools and bases, in this order; all of them where none is named.
`python3 -m toolchain env STACK` prints the shell lines for typing pulumi by hand.
"""

import argparse
import os
import shlex
import sys
import time
from collections.abc import Callable

from toolchain.bases import BASES, Base, bases_named_in, ensure_bases
from toolchain.docker_host import usable_engine
from toolchain.engine import ensure_engine
from toolchain.environment import ensure_environment, stack_text
from toolchain.errors import SetupError
from toolchain.shell import path_with_tools, pulumi_variables
from toolchain.tools import ensure_tools


def main(arguments: list[str]) -> int:
    """Runs every step; exit status 1 and one message where one of them cannot be done."""
    try:
        if arguments[:1] == ["env"]:
            _print_variables(arguments[1:])
            return 0
        options, command = _split(arguments)
        if options.stack is not None:
            os.environ.update(usable_engine(options.stack))
        seconds = [
            (name, _timed(name, step)) for name, step in _steps(options.steps, options.stack)
        ]
        if command:
            _become(command, seconds)
    except SetupError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"error: {error}\n  → see that it can be written, and run this again", file=sys.stderr
        )
        return 1
    except KeyboardInterrupt:
        print("interrupted; run the same command again to go on", file=sys.stderr)
        return 130
    return 0


def _become(command: list[str], seconds: list[tuple[str, float]]) -> None:
    """Replaces this process; the command learns what each step took."""
    os.environ["PATH"] = path_with_tools()
    os.environ["MCPIER_PHASES"] = " ".join(f"{name}={spent:.1f}" for name, spent in seconds)
    os.execvp(command[0], command)


def _print_variables(stacks: list[str]) -> None:
    if len(stacks) != 1:
        raise SetupError("env takes one stack", "type: python3 -m toolchain env dev")
    for name, value in {**pulumi_variables(stacks[0]), **usable_engine(stacks[0])}.items():
        print(f"export {name}={shlex.quote(value)}")


def _split(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """What stands before `--`, as `steps` and `stack`, and the command behind it."""
    place = arguments.index("--") if "--" in arguments else len(arguments)
    parser = argparse.ArgumentParser(prog="python3 -m toolchain")
    parser.add_argument("steps", nargs="*", metavar="STEP")
    narrowed = "see to the engine that this stack's file names, and to its base images only"
    parser.add_argument("--stack", help=narrowed)
    return parser.parse_args(arguments[:place]), arguments[place + 1 :]


def _steps(wanted: list[str], stack: str | None) -> list[tuple[str, Callable[[], None]]]:
    steps = {
        "engine": lambda: ensure_engine(_say),
        "python": lambda: ensure_environment(_say),
        "tools": lambda: ensure_tools(_say),
        "bases": lambda: ensure_bases(_say, _bases(stack)),
    }
    if unknown := [name for name in wanted if name not in steps]:
        raise SetupError(
            f"there is no step {', '.join(unknown)}", f"name some of: {', '.join(steps)}"
        )
    return [(name, step) for name, step in steps.items() if name in wanted or not wanted]


def _bases(stack: str | None) -> tuple[Base, ...]:
    """All bases, or those that a stack names."""
    return BASES if stack is None else bases_named_in(stack_text(stack))


def _timed(name: str, step: Callable[[], None]) -> float:
    begin = time.monotonic()
    step()
    spent = time.monotonic() - begin
    print(f"✓ {name:<8} {spent:6.1f} s", file=sys.stderr, flush=True)
    return spent


def _say(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)


sys.exit(main(sys.argv[1:]))
