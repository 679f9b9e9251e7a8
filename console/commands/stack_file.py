"""Commands that edit a stack's file: `add`, `remove`, `token`."""

from typing import Annotated, Any

import typer

from console.options import (
    AsJson,
    InstanceId,
    NewId,
    Stack,
    TokenName,
    Verbose,
    complete_instance,
    complete_type,
    json_alone,
    print_json,
)

app = typer.Typer()
token_app = typer.Typer(help="The bearer tokens of an instance.", no_args_is_help=True)
app.add_typer(token_app, name="token")

Generation = Annotated[
    int,
    typer.Option(
        min=1, max=9999, help="Higher than before where a name comes back, for another value."
    ),
]
Expires = Annotated[
    str | None, typer.Option(metavar="YYYY-MM-DD", help="The last day (UTC) that it is good.")
]


@app.command()
def add(
    instance: NewId,
    type_: Annotated[
        str,
        typer.Option(
            "--type",
            "-t",
            help="One of those that mcpier types lists.",
            autocompletion=complete_type,
        ),
    ],
    token: Annotated[
        list[str] | None, typer.Option("--token", help="Who may connect; may be repeated.")
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Any other key; may be repeated."),
    ] = None,
    as_json: AsJson = False,
    stack: Stack = "dev",
    verbose: Verbose = False,
) -> None:
    """Add an instance to the stack's file."""
    from console import stack_edit

    settings = stack_edit.read_settings(stack, type_, token or [], setting or [])
    stack_edit.add_instance(stack, instance, settings)
    nobody = "" if token else f"\nNobody may connect yet: mcpier token add {instance} NAME"
    _edited(stack, {"added": instance}, f"Added {instance} to {{file}}.{nobody}", as_json)


@app.command()
def remove(
    instance: InstanceId, as_json: AsJson = False, stack: Stack = "dev", verbose: Verbose = False
) -> None:
    """Remove an instance, and its secrets, from the stack's file."""
    from console import stack_edit

    was = stack_edit.remove_instance(stack, instance)
    data = ", ".join(volume.name for each in was.type.containers for volume in was.volumes_of(each))
    lost = f" and its data ({data})" if data else ""
    done = f"Removed {instance} from {{file}}; its container{lost} goes with the next up."
    _edited(stack, {"removed": instance}, done, as_json)


@token_app.command("add")
def add_token(
    instance: InstanceId,
    name: Annotated[str, typer.Argument(help="Who uses it.")],
    expires: Expires = None,
    generation: Generation = 1,
    as_json: AsJson = False,
    stack: Stack = "dev",
    verbose: Verbose = False,
) -> None:
    """Add a token to an instance in the stack's file."""
    from console import stack_edit

    token: dict[str, Any] = {"name": name}
    token |= {"generation": generation} if generation > 1 else {}
    token |= {"expires": expires} if expires else {}
    stack_edit.add_token(stack, instance, token)
    done = (
        f"Added token {name} of {instance} to {{file}}. Once it is deployed:\n"
        f"  mcpier connect {instance} --token {name} --stack {stack}"
    )
    _edited(stack, {"added": name, "instance": instance}, done, as_json)


@token_app.command("revoke")
def revoke_token(
    instance: InstanceId,
    name: TokenName,
    cut: Annotated[
        bool, typer.Option("--cut", help="Deploy at once, and end the instance's open streams.")
    ] = False,
    as_json: AsJson = False,
    stack: Stack = "dev",
    verbose: Verbose = False,
) -> None:
    """Remove a token from the stack's file; open streams outlive it unless they are cut."""
    from console import stack_edit

    stack_edit.revoke_token(stack, instance, name)
    if cut:
        _cut(stack, instance, name, as_json)
    else:
        done = f"Removed token {name} of {instance} from {{file}}; it is good until the next up."
        _edited(stack, {"revoked": name, "instance": instance}, done, as_json)


@token_app.command("list")
def list_tokens(
    instance: Annotated[
        str | None,
        typer.Argument(help="One instance's alone.", autocompletion=complete_instance),
    ] = None,
    as_json: AsJson = False,
    stack: Stack = "dev",
    verbose: Verbose = False,
) -> None:
    """List tokens, their ends, and when the gate last let them pass."""
    from console import tokens

    listed, since = tokens.list_tokens(stack, instance)
    if as_json:
        print_json(tokens.as_json(listed, since))
    else:
        tokens.show(listed, since)


def _cut(stack: str, instance: str, name: str, as_json: bool) -> None:
    """The other order would let a client come back with its token."""
    from console import deploy, switching

    with json_alone() as out:
        deploy.up(stack)
        seconds = switching.restart(stack, instance) if switching.runs(stack, instance) else 0.0
        if as_json:
            print_json({"revoked": name, "instance": instance, "cut": True}, out)
        else:
            print(
                f"Token {name} of {instance} is refused, and every stream of {instance} was cut "
                f"({seconds:.1f} s).",
                file=out,
            )


def _edited(stack: str, what: dict[str, str], said: str, as_json: bool) -> None:
    file, deploy = f"stacks/Pulumi.{stack}.yaml", f"make up STACK={stack}"
    if as_json:
        print_json({**what, "file": file, "deploy": deploy})
    else:
        print(f"{said.format(file=file)}\nDeploy it: {deploy}")
