"""How an operator gets into the portal."""

import secrets
import time
from typing import Any

from components.core.tickets import Grant, link
from console.connect import pick
from console.errors import ConsoleError
from console.expiry import OPERATORS, first_good, last_days, warn_if_expired
from console.pulumi import Pulumi
from console.view import NONCE_BYTES


def portal_link(stack: str, operator: str | None) -> str:
    """A link that opens the portal once, for two minutes; made here, nothing is asked."""
    output = _output(stack)
    token = _token(stack, output, operator)
    nonce = secrets.token_bytes(NONCE_BYTES)
    key, now = output["ticketKey"], time.time()
    return link(output["url"], Grant.OPERATOR, token, key=key, nonce=nonce, now=now)


def portal_token(stack: str, operator: str | None) -> dict[str, str]:
    """`{"url", "token"}`: what the portal's form asks for."""
    output = _output(stack)
    return {"url": output["url"], "token": _token(stack, output, operator)}


def _output(stack: str) -> dict[str, Any]:
    outputs = Pulumi.of(stack).json("stack", "output", "--json", "--show-secrets")
    if "portal" not in outputs:
        raise ConsoleError(
            f"stack {stack} has no portal: mcpier:webapp is what its app.<domain> serves, or it "
            "was deployed before there was one",
            f"take mcpier:webapp out of stacks/Pulumi.{stack}.yaml; type: make up STACK={stack}",
        )
    found: dict[str, Any] = outputs["portal"]
    return found


def _token(stack: str, output: dict[str, Any], operator: str | None) -> str:
    tokens = output["tokens"]
    if not tokens:
        raise ConsoleError(
            f"stack {stack} has no operators",
            f"name one under mcpier:operators in stacks/Pulumi.{stack}.yaml",
        )
    days = last_days(stack, OPERATORS)
    name = operator or first_good(stack, OPERATORS, tokens, days)
    token = str(pick(tokens, name, f"stack {stack} has no operator {name}"))
    warn_if_expired(name, days)
    return token
