"""What authgate is told: one document with a record per instance, holding digests of tokens."""

import json
from typing import Any

from components.core.model import Instance, StackSpec
from components.core.secrets import Root, token_digest


def registry_document(spec: StackSpec, root: Root) -> str:
    """The document that `authgate sync` reads on stdin; it holds secrets."""
    return json.dumps(
        {
            "instances": [_record(instance, root) for instance in spec.instances],
            "sessionKey": root.session_key(),
        },
        sort_keys=True,
    )


def _record(instance: Instance, root: Root) -> dict[str, Any]:
    view = {
        "name": "view",
        "sha256": token_digest(root.view_token(instance.id)),
        "expires": None,
        "grant": "view",
    }
    tokens = [
        {
            "name": token.name,
            "sha256": token_digest(root.token(instance.id, token)),
            "expires": token.expires,
            "grant": "mcp",
        }
        for token in instance.tokens
    ]
    return {
        "id": instance.id,
        "type": instance.type.name,
        "state": instance.state.value,
        "tokens": [*tokens, view],
        "origins": list(instance.origins),
        "vncPassword": root.vnc_password(instance.id),
    }
