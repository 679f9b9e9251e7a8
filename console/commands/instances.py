"""Commands about what runs: `status`, `logs`, `restart`, `stop`, `start`."""

from typing import Annotated

import typer

from console.options import (
    AsJson,
    InstanceId,
    Stack,
    Verbose,
    complete_log,
    print_json,
)

app = typer.Typer()


@app.command()
def status(
    watch: Annotated[
        bool, typer.Option("--watch", "-w", help="Look again every two seconds, until Ctrl-C.")
    ] = False,
    as_json: AsJson = False,
    stack: Stack = "dev",
    verbose: Verbose = False,
) -> None:
    """Show every instance and part; exit status 1 if one is not as it should be."""
    from console import observe

    if watch:
        observe.watch(stack, as_json=as_json)
    else:
        seen = observe.look(stack)
        observe.show(seen, as_json=as_json)
        raise typer.Exit(0 if seen.status.well else 1)


@app.command()
def logs(
    instance: Annotated[
        str,
        typer.Argument(
            help="The instance's id, or traefik, authgate, portal, …",
            autocompletion=complete_log,
        ),
    ],
    part: Annotated[
        str | None, typer.Argument(help="One program of it, or a container beside it.")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on, until Ctrl-C.")] = False,
    tail: Annotated[int | None, typer.Option(min=0, help="The last lines alone.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object a line.")] = False,
    stack: Stack = "dev",
    verbose: Verbose = False,
) -> None:
    """Show what an instance, or a part of the platform, has logged."""
    from console import logs as reading

    source = reading.find(stack, instance, part)
    options = [
        *(["--follow"] if follow else []),
        *(["--tail", str(tail)] if tail is not None else []),
    ]
    if as_json:
        for line in reading.lines(source, options):
            print_json(vars(line))
    elif source.program is None:
        reading.show(source, options)
    else:
        for line in reading.lines(source, options):
            print(line.text, flush=True)


@app.command()
def restart(
    instance: InstanceId, as_json: AsJson = False, stack: Stack = "dev", verbose: Verbose = False
) -> None:
    """Start an instance anew, which ends its streams, and wait until it is healthy."""
    from console import switching

    _healthy(instance, switching.restart(stack, instance), as_json)


@app.command()
def stop(
    instance: InstanceId, as_json: AsJson = False, stack: Stack = "dev", verbose: Verbose = False
) -> None:
    """Stop an instance until the next `up` or `start`; `state: stopped` in the file lasts."""
    from console import switching

    switching.stop(stack, instance)
    if as_json:
        print_json({"instance": instance, "state": "exited"})
    else:
        print(
            f"{instance} is stopped. The file says that it runs, so the next up starts it again;\n"
            f"to keep it stopped write state: stopped in stacks/Pulumi.{stack}.yaml"
        )


@app.command()
def start(
    instance: InstanceId, as_json: AsJson = False, stack: Stack = "dev", verbose: Verbose = False
) -> None:
    """Start an instance that was stopped by hand, and wait until it is healthy."""
    from console import switching

    _healthy(instance, switching.start(stack, instance), as_json)


def _healthy(instance: str, seconds: float, as_json: bool) -> None:
    if as_json:
        print_json({"instance": instance, "state": "running", "seconds": round(seconds, 3)})
    else:
        print(f"{instance} is healthy after {seconds:.1f} s")
