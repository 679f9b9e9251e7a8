"""The instance types that a stack may use."""

from typing import Any

from components.core.choice import shown_values
from components.core.errors import ConfigError
from components.core.instance_type import InstanceType
from components.core.type_page import described, page
from components.instance_types import load_types
from console.errors import ConsoleError
from console.pulumi import PROJECT
from console.stack_file import read_values


def types_of(stack: str | None) -> list[InstanceType]:
    """Those of the checkout, and with a stack those of its `mcpier:typePaths` too."""
    values = read_values(stack) if stack else {}
    try:
        return load_types(PROJECT, values)
    except ConfigError as error:
        raise ConsoleError(str(error), "mend the type.yaml and run this again") from None


def as_data(kinds: list[InstanceType]) -> dict[str, Any]:
    """What `mcpier types --json` prints, by name."""
    return {kind.name: described(kind) for kind in kinds}


def as_markdown(kinds: list[InstanceType]) -> str:
    """The page docs/instance-types.md."""
    return page(kinds)


def show(kinds: list[InstanceType]) -> None:
    """Prints each type with its choices."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console()
    for kind in kinds:
        console.print(f"[bold]{kind.name}[/bold]  {kind.description}")
        if not kind.choices:
            continue
        table = Table(box=box.SIMPLE, show_header=False, padding=(0, 1))
        for choice in kind.choices:
            usual = "" if choice.default is None else shown_values([choice.default])
            table.add_row(
                choice.name,
                choice.type.value,
                "required" if choice.required else usual,
                choice.description,
            )
        console.print(table)
