"""A link that opens an instance's live view."""

import secrets
import time

from components.core.tickets import Grant, link
from console.connect import pick
from console.errors import ConsoleError
from console.pulumi import Pulumi

NONCE_BYTES = 16


def view_link(stack: str, instance: str, grant: Grant) -> str:
    """A link that opens the live view once, for two minutes; made here, nothing is asked."""
    viewers = Pulumi.of(stack).json("stack", "output", "viewers", "--json", "--show-secrets")
    viewer = pick(viewers, instance, f"stack {stack} has no instance {instance} with a live view")
    if "ticketKey" not in viewer:
        raise ConsoleError(
            f"stack {stack} was deployed before there were links to live views",
            f"type: make up STACK={stack}",
        )
    key = {Grant.VIEW: "token", Grant.WATCH: "watchToken"}[grant]
    if key not in viewer:
        raise ConsoleError(
            f"the live view of {instance} cannot be watched without input",
            "leave --watch out, or give its type a secret of kind vnc-watch",
        )
    nonce = secrets.token_bytes(NONCE_BYTES)
    ticket_key, now = viewer["ticketKey"], time.time()
    return link(viewer["url"], grant, viewer[key], key=ticket_key, nonce=nonce, now=now)
