"""The command line `mcpier`."""

import json
import logging
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from components.core.clients import Client, Setup
from console.commands import host, instances, stack_file
from console.errors import ConsoleError, Interrupted
from console.options import AsJson, InstanceId, Stack, Verbose, json_alone, print_json
from toolchain.errors import SetupError

# What a command does is imported when it runs: help and completion shall not wait for it.
app = typer.Typer(
    help="MCP servers behind one wildcard domain on a Docker host.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=True,
    epilog="Exit status: 0 done, 1 not done or not all well, 2 mistyped, 130 interrupted.",
)


@app.command()
def up(stack: Stack = "dev", as_json: AsJson = False, verbose: Verbose = False) -> None:
    """Bring the stack to what its file says."""
    from console import deploy

    if as_json:
        with json_alone() as out:
            deployed = deploy.up(stack)
            print_json(vars(deployed), out)
    else:
        deploy.print_summary(deploy.up(stack))


@app.command()
def preview(stack: Stack = "dev", as_json: AsJson = False, verbose: Verbose = False) -> None:
    """Show what `up` would do; as JSON, in Pulumi's own form."""
    from console import deploy

    if as_json:
        with json_alone() as out:
            deploy.preview(stack, json_to=out)
    else:
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
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Remove every container, network and volume of the stack."""
    from console import deploy

    if as_json:
        with json_alone() as out:
            deploy.destroy(stack, keep_protected=keep_protected)
            print_json({"stack": stack, "destroyed": True}, out)
    else:
        deploy.destroy(stack, keep_protected=keep_protected)


app.add_typer(instances.app)


@app.command()
def connect(
    instance: InstanceId,
    token: Annotated[
        str | None, typer.Option(help="Whose token; the first by name that is good if not given.")
    ] = None,
    as_json: AsJson = False,
    client: Annotated[
        Client | None, typer.Option(help="Print what this client takes, in its own format.")
    ] = None,
    stack: Stack = "dev",
    verbose: Verbose = False,
) -> None:
    """Print what an MCP client needs to reach an instance: URL and headers."""
    from console import connect as connecting

    if client is not None:
        _print_setup(connecting.client_setup(stack, instance, token, client), as_json)
        return
    found = connecting.client_config(stack, instance, token)
    if as_json:
        print(json.dumps(found))
        return
    print(found["url"])
    for name, value in found["headers"].items():
        print(f"{name}: {value}")


def _print_setup(setup: Setup, as_json: bool) -> None:
    """What the client takes on stdout, and what to do with it on stderr."""
    if as_json:
        print_json(asdict(setup))
        return
    print(setup.text)
    print(f"→ {setup.place}", file=sys.stderr)
    if setup.trust:
        print(f"→ the CA of this stack, from mcpier ca: {setup.trust}", file=sys.stderr)


@app.command()
def view(
    instance: InstanceId,
    watch: Annotated[bool, typer.Option("--watch", help="Show the screen, take no input.")] = False,
    as_json: AsJson = False,
    stack: Stack = "dev",
    verbose: Verbose = False,
) -> None:
    """Print a link that opens an instance's live view once, within two minutes."""
    from components.core.tickets import Grant
    from console.view import view_link

    link = view_link(stack, instance, Grant.WATCH if watch else Grant.VIEW)
    if as_json:
        print_json({"url": link})
    else:
        print(link)


@app.command()
def doctor(as_json: AsJson = False, stack: Stack = "dev", verbose: Verbose = False) -> None:
    """Look for everything that can be wrong with the stack; exit status 1 if anything is."""
    from console.doctor import checks

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
def ca(as_json: AsJson = False, stack: Stack = "dev", verbose: Verbose = False) -> None:
    """Print the CA certificate of a self-signed stack, for clients to trust."""
    from console import connect as connecting

    pem = connecting.ca_certificate(stack)
    if as_json:
        print_json({"ca": pem})
    else:
        print(pem, end="")


app.add_typer(stack_file.app)
app.add_typer(host.app)


def main() -> None:
    """Runs the command line; an error is one message on stderr and exit status 1.

    Where the user has ended pulumi by Ctrl-C, it is 130.
    """
    try:
        app()
    except (ConsoleError, SetupError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(130 if isinstance(error, Interrupted) else 1)
    except (OSError, UnicodeDecodeError) as error:
        print(f"error: {error}\n  → see that it can be read and written", file=sys.stderr)
        sys.exit(1)
    except Exception as error:
        logging.getLogger(__name__).info("%s", " ".join(sys.argv), exc_info=True)
        print(
            f"error: mcpier has come upon what it does not know: {type(error).__name__}: {error}\n"
            "  → report it with what the same command prints with -v",
            file=sys.stderr,
        )
        sys.exit(1)
