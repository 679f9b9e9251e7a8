"""What the portal is told of its stack: a document (portal/stack.py reads it) without a secret."""

import json
from typing import Any

from components.core import outputs
from components.core.clients import Client, Entry, setup
from components.core.model import Instance, SelfSigned, StackSpec, State
from components.core.naming import host_name
from components.core.parts import platform_parts
from components.core.thumbnails import thumbnail_path

# The portal puts an instance's own in the place of the first two, a reader the token of the third.
PLACEHOLDER = Entry(instance="<id>", url="<url>", headers={"Authorization": "Bearer <token>"})


def portal_document(spec: StackSpec) -> str:
    """Instances, the platform's parts, and what clients take."""
    urls = outputs.instances(spec)
    return json.dumps(
        {
            "stack": spec.stack,
            "domain": spec.domain,
            "instances": {item.id: _instance(spec, item, urls[item.id]) for item in spec.instances},
            "platform": {part: host_name(spec.stack, part) for part in platform_parts(spec)},
            "clients": [_client(spec, client) for client in Client],
        },
        sort_keys=True,
    )


def _instance(spec: StackSpec, instance: Instance, output: dict[str, str]) -> dict[str, Any]:
    running = instance.state is State.RUNNING
    beside = {each.name: each for each in instance.type.sidecars} if running else {}
    containers = {"": instance.type, **beside}
    return {
        "type": instance.type.name,
        "wanted": "running" if running else "absent",
        "urls": {
            key.removesuffix(outputs.URL): url
            for key, url in output.items()
            if key.endswith(outputs.URL)
        },
        "thumbnail": thumbnail_path(instance) if running else "",
        "containers": {
            name: host_name(spec.stack, instance.part(container))
            for name, container in containers.items()
        },
    }


def _client(spec: StackSpec, client: Client) -> dict[str, str]:
    found = setup(client, PLACEHOLDER)
    trust = found.trust if isinstance(spec.tls, SelfSigned) else ""
    return {"name": client.value, "text": found.text, "place": found.place, "trust": trust}
