"""What an MCP client needs to reach an instance."""

from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from components.core.clients import Client, Entry, Setup, setup
from console.errors import ConsoleError
from console.expiry import first_good, instance_tokens, last_days, warn_if_expired
from console.pulumi import Pulumi


def client_config(stack: str, instance: str, token: str | None) -> dict[str, Any]:
    """`{"url", "headers"}` for an instance; by its first good token where none is named."""
    clients = Pulumi.of(stack).json("stack", "output", "clients", "--json", "--show-secrets")
    return _config(stack, clients, instance, token)


def client_setup(stack: str, instance: str, token: str | None, client: Client) -> Setup:
    """What a client takes for an instance; `trust` is empty where there is no CA to tell it of."""
    outputs = Pulumi.of(stack).json("stack", "output", "--json", "--show-secrets")
    config = _config(stack, outputs.get("clients", {}), instance, token)
    found = setup(client, Entry(instance=instance, **config))
    return found if "ca" in outputs else replace(found, trust="")


def _config(
    stack: str, clients: dict[str, Any], instance: str, token: str | None
) -> dict[str, Any]:
    tokens = pick(clients, instance, f"stack {stack} has no instance {instance}")
    if not tokens:
        raise ConsoleError(
            f"instance {instance} has no tokens",
            f"name one under mcpier:instances.{instance}.tokens in stacks/Pulumi.{stack}.yaml",
        )
    owner = instance_tokens(instance)
    days = last_days(stack, owner)
    name = token or first_good(stack, owner, tokens, days)
    found: dict[str, Any] = pick(tokens, name, f"instance {instance} has no token {name}")
    warn_if_expired(name, days)
    return found


def ca_certificate(stack: str) -> str:
    """The CA that clients of a self-signed stack must trust, as PEM."""
    outputs = Pulumi.of(stack).json("stack", "output", "--json")
    if "ca" not in outputs:
        raise ConsoleError(
            f"stack {stack} has no CA of its own: mcpier:tls says where its certificate comes from",
            "let clients trust whoever issued it; a public CA they trust already",
        )
    return str(outputs["ca"])


def pick(choices: dict[str, Any], name: str, missing: str) -> Any:
    """A choice by its name; raises `ConsoleError` with the nearest one, or all."""
    if name in choices:
        return choices[name]
    close = get_close_matches(name, choices, n=1)
    known = ", ".join(sorted(choices)) or "none"
    raise ConsoleError(missing, f"did you mean {close[0]}?" if close else f"known: {known}")
