"""From a Command that runs a container once, fed on stdin, to a service of Compose."""

import argparse
import shlex
from typing import Any

STDIN = "/run/mcpier/stdin"
# Compose has no stdin to give: the service reads it from a file.
READ = ["sh", "-c", f'exec "$@" < {STDIN}', "sh"]
RUN = "docker run "


def fills(command: str) -> bool:
    """Whether a Command runs a container that writes into a volume."""
    return command.startswith(RUN) and bool(_run(command).mount)


def filler(command: str, stdin_file: str | None) -> dict[str, Any]:
    """The service of a `docker run`; its stdin, if it reads any, is in a file."""
    run = _run(command)
    rendered: dict[str, Any] = {
        "image": run.image,
        "network_mode": run.network,
        "labels": dict(label.split("=", 1) for label in run.label),
        # The file is its writer's own, and whatever the image's user is shall read it.
        "user": run.user or "0",
        "restart": "no",
        "volumes": list(map(_mount, run.mount)),
    }
    if run.command:
        rendered["command"] = run.command
    if stdin_file:
        stdin = {"type": "bind", "source": stdin_file, "target": STDIN, "read_only": True}
        rendered |= {"entrypoint": READ, "volumes": [stdin, *rendered["volumes"]]}
    if run.read_only:
        rendered["read_only"] = True
    if run.cap_drop:
        rendered |= {"cap_drop": run.cap_drop, "security_opt": run.security_opt}
    return rendered


def _run(command: str) -> argparse.Namespace:
    return _options().parse_args(shlex.split(command.removeprefix(RUN)))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="docker run", add_help=False, allow_abbrev=False)
    parser.add_argument("--rm", action="store_true")
    parser.add_argument("-i", action="store_true")
    parser.add_argument("--read-only", action="store_true")
    for many in ("--label", "--mount", "--cap-drop", "--security-opt"):
        parser.add_argument(many, action="append", default=[])
    for one in ("--network", "--user", "--entrypoint"):
        parser.add_argument(one)
    parser.add_argument("image")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    return parser


def _mount(text: str) -> dict[str, Any]:
    parts = dict(part.partition("=")[::2] for part in text.split(","))
    return {
        "type": parts["type"],
        "source": parts["source"],
        "target": parts["target"],
        "read_only": "readonly" in parts,
    }
