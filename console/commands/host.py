"""Commands beside a stack's own life: `types`, `prune`, `compose`, `portal`."""

from pathlib import Path
from typing import Annotated

import typer

from console.options import AsJson, Stack, Verbose, complete_stack, print_json

app = typer.Typer()


@app.command()
def types(
    as_json: AsJson = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the page docs/instance-types.md.")
    ] = False,
    stack: Annotated[
        str | None,
        typer.Option(
            "--stack",
            "-s",
            help="With the types that this stack adds.",
            autocompletion=complete_stack,
        ),
    ] = None,
    verbose: Verbose = False,
) -> None:
    """List the instance types and what may be chosen of them."""
    from console import types as listing

    kinds = listing.types_of(stack)
    if as_json:
        print_json(listing.as_data(kinds))
    elif as_markdown:
        print(listing.as_markdown(kinds), end="")
    else:
        listing.show(kinds)


@app.command()
def prune(as_json: AsJson = False, stack: Stack = "dev", verbose: Verbose = False) -> None:
    """Remove the images of mcpier's that no container of any stack on the stack's host has."""
    from console import prune as pruning

    removed = pruning.prune(stack)
    if as_json:
        print_json({"removed": [vars(image) for image in removed]})
        return
    for image in removed:
        print(f"Removed {image.name} ({image.size >> 20} MiB)")
    total = sum(image.size for image in removed) >> 20
    print(f"{len(removed)} images removed; {total} MiB at most are free again")


@app.command()
def compose(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where it goes.", file_okay=False)],
    as_json: AsJson = False,
    stack: Stack = "dev",
    verbose: Verbose = False,
) -> None:
    """Render the stack as a Compose project, with a certificate and tokens of its own."""
    from console.compose.folder import show, write

    written = write(stack, folder.resolve())
    if as_json:
        print_json({"folder": str(written.folder), "notes": list(written.notes)})
    else:
        show(written)


@app.command()
def portal(
    operator: Annotated[
        str | None, typer.Option(help="Whose session it opens; the first by name if not given.")
    ] = None,
    token: Annotated[
        bool, typer.Option("--token", help="Print URL and token instead, for the portal's form.")
    ] = False,
    as_json: AsJson = False,
    stack: Stack = "dev",
    verbose: Verbose = False,
) -> None:
    """Print a link that opens the stack's portal once, within two minutes."""
    from console import portal as opening

    found = (
        opening.portal_token(stack, operator)
        if token
        else {"url": opening.portal_link(stack, operator)}
    )
    if as_json:
        print_json(found)
    else:
        print("\n".join(found.values()))
