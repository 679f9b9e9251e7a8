"""What the commands' options and arguments share: their help, and how a shell completes them."""

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

PROJECT = Path(__file__).resolve().parent.parent
STACKS, IMAGES = PROJECT / "stacks", PROJECT / "image"
SHOWN_COMMANDS = "console"


def complete_stack(incomplete: str) -> list[str]:
    """The stacks that have a file."""
    names = (file.name.removeprefix("Pulumi.") for file in STACKS.glob("Pulumi.*.yaml"))
    return sorted(name.removesuffix(".yaml") for name in names if name.startswith(incomplete))


def complete_instance(context: typer.Context, incomplete: str) -> list[str]:
    """The instances that the stack's file names."""
    return sorted(id_ for id_ in _instances(context) if id_.startswith(incomplete))


def complete_token(context: typer.Context, incomplete: str) -> list[str]:
    """The tokens of the instance that stands before."""
    entry = _instances(context).get(context.params.get("instance")) or {}
    items = entry.get("tokens") or []
    names = (str(item["name"]) if isinstance(item, dict) else str(item) for item in items)
    return sorted(name for name in names if name.startswith(incomplete))


def complete_log(context: typer.Context, incomplete: str) -> list[str]:
    """The same, and the platform's own parts."""
    from components.core import parts

    own = (
        parts.AUTHGATE,
        parts.DOCKER_READER,
        parts.PORTAL,
        parts.SOCKET_PROXY,
        parts.TRAEFIK,
    )
    return sorted(name for name in (*own, *_instances(context)) if name.startswith(incomplete))


def complete_type(incomplete: str) -> list[str]:
    """The instance types of the checkout."""
    names = (file.parent.name for file in IMAGES.glob("*/type.yaml"))
    return sorted(name for name in names if name.startswith(incomplete))


def _instances(context: typer.Context) -> dict[Any, Any]:
    """As far as the file can be read: a shell that completes says nothing about mistakes."""
    import yaml

    from components.core.stack_yaml import read_yaml

    try:
        text = (STACKS / f"Pulumi.{context.params.get('stack') or 'dev'}.yaml").read_text("utf-8")
        document: Any = read_yaml(text)
        return dict(document["config"]["mcpier:instances"])
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        return {}


def _show_commands(wanted: bool) -> bool:
    if wanted:
        logging.basicConfig(format="$ %(message)s", stream=sys.stderr)
        logging.getLogger(SHOWN_COMMANDS).setLevel(logging.INFO)
    return wanted


def _at_its_engine(context: typer.Context, stack: str) -> str:
    """Leads every program that a command runs to the engine that the stack's file names."""
    from toolchain.docker_host import named_engine

    if not context.resilient_parsing:
        os.environ.update(named_engine(stack))
    return stack


Stack = Annotated[
    str,
    typer.Option(
        "--stack",
        "-s",
        help="Which stack of stacks/ it is about.",
        autocompletion=complete_stack,
        callback=_at_its_engine,
    ),
]
InstanceId = Annotated[
    str, typer.Argument(help="The instance's id.", autocompletion=complete_instance)
]
NewId = Annotated[str, typer.Argument(help="Its id: the name mcp-<id>.<domain> has it.")]
TokenName = Annotated[str, typer.Argument(help="The token's name.", autocompletion=complete_token)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Verbose = Annotated[
    bool,
    typer.Option("--verbose", "-v", help="Print on stderr what it runs.", callback=_show_commands),
]


def print_json(value: Any, out: TextIO | None = None) -> None:
    """One JSON document on one line."""
    print(json.dumps(value, sort_keys=True), file=out, flush=True)


@contextmanager
def json_alone() -> Iterator[TextIO]:
    """Lets all that this process and its children print go to stderr; yields the real stdout."""
    sys.stdout.flush()
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as real:
        os.dup2(2, 1)
        try:
            yield real
        finally:
            sys.stdout.flush()
            real.flush()
            os.dup2(real.fileno(), 1)
