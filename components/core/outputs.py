"""Stack outputs: their names and shapes are an interface that scripts and the CLI read."""

from typing import Any

from components.core.instance_type import Auth
from components.core.model import Instance, StackSpec
from components.core.naming import app_host, authority, endpoint_host
from components.core.registry import PORTAL
from components.core.secrets import Root

# What keys of URLs end with, after an endpoint's name.
URL = "Url"


def instances(spec: StackSpec) -> dict[str, dict[str, str]]:
    """`instances.<id>.{type,state,mcpUrl,vncUrl}`, and `<name>Url` of every other endpoint."""
    return {
        instance.id: {"type": instance.type.name, "state": instance.state.value}
        | _urls(spec, instance)
        for instance in spec.instances
    }


def clients(spec: StackSpec, root: Root) -> dict[str, dict[str, dict[str, object]]]:
    """`clients.<id>.<token>.{url,headers}`: what an MCP client needs; secret."""
    return {
        instance.id: {
            token.name: {
                "url": _urls(spec, instance)["mcpUrl"],
                "headers": {"Authorization": f"Bearer {root.token(instance.id, token)}"},
            }
            for token in instance.tokens
        }
        for instance in spec.instances
    }


def viewers(spec: StackSpec, root: Root) -> dict[str, dict[str, str]]:
    """`viewers.<id>.{url,token,watchToken,ticketKey}`: what opens the live view; secret.

    `watchToken` is there where the view can be watched without input; `ticketKey` signs links.
    """
    return {
        instance.id: {
            "url": _urls(spec, instance)["vncUrl"],
            "token": root.view_token(instance.id, instance.view_generation),
            "ticketKey": root.ticket_key(instance.id),
        }
        | _watched(root, instance)
        for instance in spec.instances
        if instance.type.has_view
    }


def _watched(root: Root, instance: Instance) -> dict[str, str]:
    if not instance.type.can_be_watched:
        return {}
    return {"watchToken": root.watch_token(instance.id, instance.view_generation)}


def portal(spec: StackSpec, root: Root) -> dict[str, Any]:
    """`portal.{url,tokens,ticketKey}`: what opens the portal, tokens by operator; secret."""
    return {
        "url": portal_url(spec),
        "tokens": {token.name: root.operator_token(token) for token in spec.operators},
        "ticketKey": root.ticket_key(PORTAL),
    }


def portal_url(spec: StackSpec) -> str:
    """Where the portal is."""
    return f"https://{authority(app_host(spec.domain), spec.edge.https_port)}/"


def allowed_hosts(spec: StackSpec, instance: Instance) -> str:
    """The `Host` values under which an instance is asked through the edge, comma-separated."""
    return ",".join(
        authority(endpoint_host(endpoint.name, instance.id, spec.domain), spec.edge.https_port)
        for endpoint in instance.type.endpoints
        if endpoint.auth is not Auth.VIEW
    )


def _urls(spec: StackSpec, instance: Instance) -> dict[str, str]:
    return {
        f"{endpoint.name}{URL}": "https://"
        + authority(endpoint_host(endpoint.name, instance.id, spec.domain), spec.edge.https_port)
        + endpoint.path
        for endpoint in instance.type.endpoints
    }
