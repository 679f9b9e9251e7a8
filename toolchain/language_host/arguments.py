"""The command line of the language host, as Pulumi's engine writes it."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast


@dataclass(frozen=True)
class Arguments:
    """What the engine passed.

    engine_address: `host:port` of the engine's gRPC service; None until `Handshake` names it.
    executor: `pulumi-language-python-exec` to use instead of the one on PATH.
    tracing: endpoint that programs and plugins send their traces to.
    """

    engine_address: str | None
    executor: str | None
    tracing: str | None


def parse_arguments(argv: Sequence[str]) -> Arguments:
    """Reads `argv` (without the program's name); exits with 2 and the usage if it is malformed."""
    parser = argparse.ArgumentParser(prog="pulumi-language-python", allow_abbrev=False)
    parser.add_argument("engine_address", nargs="?", default=None)
    parser.add_argument("-use-executor", "--use-executor", dest="executor")
    parser.add_argument("-tracing", "--tracing")
    # With --logflow the engine sends these to every plugin (SDK, plugin.go, buildPluginArguments).
    for flag in ("logtostderr", "logflow"):
        parser.add_argument(f"-{flag}", f"--{flag}", action="store_true", help="accepted, unused")
    parser.add_argument("-v", type=int, help="accepted, unused")
    # Older engines pass the runtime options as flags; every request carries them now.
    for flag in ("root", "virtualenv", "typechecker", "toolchain"):
        parser.add_argument(f"-{flag}", f"--{flag}", help="accepted, unused")
    parsed = parser.parse_args(argv)
    return Arguments(
        engine_address=cast(str | None, parsed.engine_address),
        executor=cast(str | None, parsed.executor),
        # Go's flags give "" for one that was not set.
        tracing=cast(str | None, parsed.tracing) or None,
    )
