"""How the portal's page gets a small picture of each live view.

It comes from the instance itself, past the gate, which asks for an operator's session: the portal
reaches no instance. At the portal's host an instance must not answer with anything but a picture.
"""

from typing import Any

from components.core.instance_type import Endpoint
from components.core.lanes import GATE
from components.core.model import Instance, StackSpec
from components.core.naming import app_host
from components.core.parts import has_portal
from components.core.router_labels import https_router

PICTURE = "picture"
# Above the portal's own.
PRIORITY = 10_000
# What an instance says would hold for the portal's whole host; empty: Traefik takes it out.
ANSWER = {
    "Access-Control-Allow-Origin": "",
    "Alt-Svc": "",
    "Cache-Control": "no-store",
    "Clear-Site-Data": "",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Type": "image/jpeg",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Link": "",
    "Location": "",
    "NEL": "",
    "Refresh": "",
    "Report-To": "",
    "Reporting-Endpoints": "",
    "Service-Worker-Allowed": "",
    "Set-Cookie": "",
    "Set-Login": "",
    "Strict-Transport-Security": "",
    "WWW-Authenticate": "",
    "X-Content-Type-Options": "nosniff",
}


def thumbnail_path(instance: Instance) -> str:
    """Where the portal's host has an instance's picture; empty where the type has none."""
    shown = any(endpoint.thumbnail for endpoint in instance.type.endpoints)
    return f"/thumbnails/{instance.id}" if shown else ""


def thumbnail_routers(spec: StackSpec) -> dict[str, Any]:
    """A router for each picture, and for nothing else of a live view.

    The view takes a WebSocket at any path, and an operator's session does not open that.
    """
    return {
        f"thumbnail-{instance.id}": https_router(
            f"Host(`{app_host(spec.domain)}`) && Path(`{thumbnail_path(instance)}`)"
            " && Method(`GET`) && !HeaderRegexp(`Upgrade`, `.`)",
            PRIORITY,
            f"{endpoint.name}-{instance.id}@docker",
            [GATE, PICTURE, _place(instance)],
        )
        for instance, endpoint in _views(spec)
    }


def thumbnail_middlewares(spec: StackSpec) -> dict[str, Any]:
    """What asks the instance for its picture, and lets it answer with a picture alone."""
    places = {
        _place(instance): {"replacePath": {"path": endpoint.thumbnail}}
        for instance, endpoint in _views(spec)
    }
    return places | {PICTURE: {"headers": {"customResponseHeaders": ANSWER}}} if places else {}


def _views(spec: StackSpec) -> list[tuple[Instance, Endpoint]]:
    if not has_portal(spec):
        return []
    return [
        (instance, endpoint)
        for instance in spec.running
        for endpoint in instance.type.endpoints
        if endpoint.thumbnail
    ]


def _place(instance: Instance) -> str:
    return f"{PICTURE}-{instance.id}"
