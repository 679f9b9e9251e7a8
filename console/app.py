"""The command line `mcpier`."""

import json
import os
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from components.core.tickets import Grant
from console import connect as connecting
from console import deploy
from console.doctor import checks
from console.errors import ConsoleError
from console.view import view_link
from toolchain.docker_host import named_engine

app = typer.Typer(
    help="MCP servers behind one wildcard domain on a Docker host.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
)


def _at_its_engine(stack: str) -> str:
    """Leads every program that a command runs to the engine that the stack's file names."""
    os.environ.update(named_engine(stack))
    return stack


Stack = Annotated[
    str,
    typer.Option(
        "--stack", "-s", help="Which stack of stacks/ it is about.", callback=_at_its_engine
    ),
]


@app.command()
def up(stack: Stack = "dev") -> None:
    """Bring the stack to what its file says."""
    deploy.up(stack)


@app.command()
def preview(stack: Stack = "dev") -> None:
    """Show what `up` would do."""
    deploy.preview(stack)


@app.command()
def destroy(
    keep_protected: Annotated[
        bool,
        typer.Option(
            "--keep-protected", help="Leave protected instances serving, remove the rest."
        ),
    ] = False,
    stack: Stack = "dev",
) -> None:
    """Remove every container, network and volume of the stack."""
    deploy.destroy(stack, keep_protected=keep_protected)


@app.command()
def connect(
    instance: Annotated[str, typer.Argument(help="The instance's id.")],
    token: Annotated[
        str | None, typer.Option(help="Whose token; the first by name if not given.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    stack: Stack = "dev",
) -> None:
    """Print what an MCP client needs to reach an instance: URL and headers."""
    found = connecting.client_config(stack, instance, token)
    if as_json:
        print(json.dumps(found))
        return
    print(found["url"])
    for name, value in found["headers"].items():
        print(f"{name}: {value}")


@app.command()
def view(
    instance: Annotated[str, typer.Argument(help="The instance's id.")],
    watch: Annotated[bool, typer.Option("--watch", help="Show the screen, take no input.")] = False,
    stack: Stack = "dev",
) -> None:
    """Print a link that opens an instance's live view once, within two minutes."""
    print(view_link(stack, instance, Grant.WATCH if watch else Grant.VIEW))


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    stack: Stack = "dev",
) -> None:
    """Look for everything that can be wrong with the stack; exit status 1 if anything is."""
    examined = [(check.title, check.findings()) for check in checks(stack)]
    if as_json:
        print(json.dumps({title: [asdict(found) for found in wrong] for title, wrong in examined}))
    else:
        for title, wrong in examined:
            print(f"{'✗' if any(found.serious for found in wrong) else '✓'} {title}")
            for found in wrong:
                print(f"  {found.what}\n  → {found.remedy}")
    if any(found.serious for _, wrong in examined for found in wrong):
        raise typer.Exit(1)


@app.command()
def ca(stack: Stack = "dev") -> None:
    """Print the CA certificate of a self-signed stack, for clients to trust."""
    print(connecting.ca_certificate(stack), end="")


def main() -> None:
    """Runs the command line; an error is one message on stderr and exit status 1."""
    try:
        app()
    except ConsoleError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    except (OSError, UnicodeDecodeError) as error:
        print(f"error: {error}\n  → see that it can be read and written", file=sys.stderr)
        sys.exit(1)
