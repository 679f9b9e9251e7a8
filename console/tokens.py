"""The tokens of a stack, and when each was last used."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from components.core.model import StackSpec, Token
from components.core.naming import container_part, host_name
from components.core.parts import AUTHGATE
from console import docker
from console.stack_edit import find_instance
from console.stack_file import read_stack


@dataclass(frozen=True, kw_only=True)
class Use:
    """`first` is when the log of the gate begins; `last` when each (instance, token) was used."""

    first: str | None
    last: dict[tuple[str, str], str]


@dataclass(frozen=True, kw_only=True)
class TokenLine:
    """A token of an instance; times as the gate logs them (ISO 8601)."""

    instance: str
    name: str
    generation: int
    expires: str | None
    last_used: str | None


def list_tokens(stack: str, id_: str | None) -> tuple[list[TokenLine], str | None]:
    """The tokens of one instance, or of all, and since when uses are known."""
    spec = read_stack(stack)
    instances = spec.instances if id_ is None else (find_instance(spec, id_),)
    use = last_use(_gate_log(spec))
    return [
        _line(item.id, token, use.last.get((container_part(item.id), token.name)))
        for item in instances
        for token in item.tokens
    ], use.first


def as_json(listed: Iterable[TokenLine], since: str | None) -> dict[str, Any]:
    """What `mcpier token list --json` prints."""
    tokens = [
        {
            "instance": each.instance,
            "name": each.name,
            "generation": each.generation,
            "expires": each.expires,
            "lastUsed": each.last_used,
        }
        for each in listed
    ]
    return {"tokens": tokens, "since": since}


def show(listed: Iterable[TokenLine], since: str | None) -> None:
    """Prints them as a table."""
    from rich.table import Table

    from console.tables import table_console

    table = Table(
        "instance", "token", "generation", "expires", "last used", box=None, pad_edge=False
    )
    for each in listed:
        used = each.last_used or ""
        table.add_row(each.instance, each.name, str(each.generation), each.expires or "", used)
    console = table_console()
    console.print(table)
    if since:
        console.print(f"Uses are known since {since}.", style="dim")


def last_use(log: Iterable[str]) -> Use:
    """Reads the gate's log: a JSON object a line for every decision."""
    first, last = None, {}
    for line in log:
        try:
            told = json.loads(line)
            first = first or told["time"]
            if told["decision"] == "allow":
                last[told["instance"], told["token"]] = told["time"]
        except (ValueError, KeyError, TypeError):
            continue
    return Use(first=first, last=last)


def _gate_log(spec: StackSpec) -> Iterable[str]:
    gate = host_name(spec.stack, AUTHGATE)
    there = docker.names("container", spec.stack)
    return docker.log_lines(gate) if gate in there else ()


def _line(id_: str, token: Token, used: str | None) -> TokenLine:
    return TokenLine(
        instance=id_,
        name=token.name,
        generation=token.generation,
        expires=token.expires,
        last_used=used,
    )
