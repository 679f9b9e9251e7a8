"""One-time links, made as the command line makes them."""

import json
from urllib.parse import urlsplit

from components.core.secrets import Root
from components.core.tickets import Grant, link
from tests.authgate.harness import DOMAIN, NOON, ROOT, VIEWER, Reply, Stage

NONCE = bytes(16)


def path_of(
    instance: str = "demo",
    grant: Grant = Grant.VIEW,
    value: str = VIEWER,
    *,
    nonce: bytes = NONCE,
    now: float = NOON,
    root: Root = ROOT,
) -> str:
    """The path of a link."""
    host = "app" if grant is Grant.OPERATOR else f"vnc-{instance}"
    url, key = f"https://{host}.{DOMAIN}:8443/", root.ticket_key(instance)
    made = link(url, grant, value, key=key, nonce=nonce, now=now)
    assert made.startswith(url)
    return urlsplit(made).path


def press(stage: Stage, path: str, host: str = "vnc-demo", origin: str | None = None) -> Reply:
    """What a browser gets for the button on the link's page."""
    return stage.page("POST", path, {"Origin": origin or f"https://{host}.{DOMAIN}:8443"}, host)


def last_reason(stage: Stage) -> str:
    reason: str = json.loads(stage.lines[-1])["reason"]
    return reason
