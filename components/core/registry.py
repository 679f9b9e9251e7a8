"""What authgate is told: a document with records of instances and the portal; digests of tokens."""

import json
from typing import Any

from components.core.model import Instance, StackSpec
from components.core.parts import has_portal
from components.core.secrets import Root, token_digest

# What authgate calls the record of `app.<domain>` (authgate/hosts.py).
PORTAL = "_portal"


def registry_document(spec: StackSpec, root: Root) -> str:
    """The document that `authgate sync` reads on stdin; it holds secrets."""
    records = [_record(instance, root) for instance in spec.instances]
    return json.dumps(
        {
            "instances": [*records, *([_portal(spec, root)] if has_portal(spec) else [])],
            "sessionKey": root.session_key(),
        },
        sort_keys=True,
    )


def _record(instance: Instance, root: Root) -> dict[str, Any]:
    tokens = [
        _token(token.name, root.token(instance.id, token), "mcp", token.expires)
        for token in instance.tokens
    ]
    named = (instance.id, instance.view_generation)
    tokens.append(_token("view", root.view_token(*named), "view"))
    watched = instance.type.can_be_watched
    if watched:
        tokens.append(_token("watch", root.watch_token(*named), "watch"))
    return {
        "id": instance.id,
        "type": instance.type.name,
        "state": instance.state.value,
        "tokens": tokens,
        "origins": list(instance.origins),
        "vncPassword": root.vnc_password(instance.id),
        "vncWatchPassword": root.vnc_watch_password(instance.id) if watched else None,
    }


def _portal(spec: StackSpec, root: Root) -> dict[str, Any]:
    tokens = [
        _token(token.name, root.operator_token(token), "operator", token.expires)
        for token in spec.operators
    ]
    return {
        "id": PORTAL,
        "type": "portal",
        "state": "running",
        "tokens": tokens,
        "origins": [],
        "vncPassword": None,
    }


def _token(name: str, value: str, grant: str, expires: str | None = None) -> dict[str, Any]:
    return {"name": name, "sha256": token_digest(value), "expires": expires, "grant": grant}
