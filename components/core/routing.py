"""How requests find their way: Traefik's labels and its file provider.

What belongs to one instance stands in its labels, and never rotates: a changed label replaces the
container. What is shared stands in the file provider, so that no container's death takes it away.
"""

import json
from typing import Any

from components.core.addresses import gate_address, portal_address
from components.core.instance_type import Outside
from components.core.lanes import GATE, lane_middlewares, lane_services, served_ports
from components.core.model import Acme, Instance, StackSpec
from components.core.naming import OFFLINE, app_host, host_name
from components.core.observability import metrics_routers, metrics_services
from components.core.router_labels import (
    UNCLAIMED,
    answers_preflights_itself,
    has_open_endpoint,
    https_router,
    router_labels,
    service_labels,
    transports,
)
from components.core.thumbnails import thumbnail_middlewares, thumbnail_routers

GATE_PORT = 9180
PAGES_PORT = 9181
OPERATIONS_PORT = 9182
PORTAL_PORT = 9190
GATE_PATH = "/auth/mcp-bearer-check"
# Bytes of a body: twice the longest. Traefik clears as many for each request, whatever comes.
LARGEST_REFUSAL = 2048
DYNAMIC_DIR = "/etc/traefik/dynamic"
DYNAMIC_FILE = "mcpier.yaml"
# What the gate answers replaces what the client sent; a name not listed here passes untouched.
OWNED_HEADERS = ["Authorization", "Cookie", "X-Mcpier-Client"]
# One pass of Go's matcher, since it ends in `$`: open-ended it takes seven times as long.
OWNED_PATTERN = "^X-(?:Mcpier-.*|Mcp-Instance|Forwarded-User)$"
ID_PATTERN = "[a-z0-9-]+"
# What only the gate may say of a request; empty: Traefik takes it out of what a client sent.
CLAIMS = {"X-Forwarded-User": "", "X-Mcp-Instance": "", "X-Mcpier-Client": ""}
RESOLVER = "wildcard"
HSTS = "hsts"
# A year, which is what scanners ask for at least.
HSTS_SECONDS = 31_536_000


def instance_labels(spec: StackSpec, instance: Instance) -> dict[str, str]:
    """The Traefik labels of an instance's container: a router and a service per port.

    The router's service is not the port's own, but the one that asks the gate first; unless the
    type opens the endpoint to everybody.
    """
    labels = {"traefik.enable": "true"}
    if instance.type.outside is Outside.NOTHING:
        labels["traefik.docker.network"] = host_name(spec.stack, OFFLINE)
    for served in served_ports(instance):
        labels |= router_labels(spec, instance, served) | service_labels(served)
    return labels


def dynamic_config(spec: StackSpec, pair: tuple[str, str] | None) -> str:
    """The file provider's document (JSON, which is YAML).

    `pair` is the paths of certificate and key; None where the certificate comes another way.
    """
    tls = {"options": {"default": {"minVersion": "VersionTLS12", "sniStrict": True}}}
    return _document({"http": _http(spec), "tls": tls | (_served(*pair) if pair else {})})


def certificate_document(certificate: str, key: str) -> str:
    """A document beside it that does nothing but serve a pair; both are paths."""
    return _document({"tls": _served(certificate, key)})


def _document(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=1, sort_keys=True)


def _http(spec: StackSpec) -> dict[str, Any]:
    gate = f"http://{gate_address(spec.edge)}"
    return {
        "middlewares": _middlewares(spec, f"{gate}:{GATE_PORT}{GATE_PATH}"),
        "routers": _shared_routers(spec)
        | _app_routers(spec)
        | thumbnail_routers(spec)
        | metrics_routers(spec),
        "services": {"pages": _service(f"{gate}:{PAGES_PORT}")}
        | lane_services(spec)
        | metrics_services(spec)
        | _app_service(spec),
        **transports(spec),
    }


def _shared_routers(spec: StackSpec) -> dict[str, Any]:
    domain = spec.domain.replace(".", r"\.")
    # Host() accepts a trailing dot, so the patterns must too: else it would tell known ids apart.
    anything = rf"HostRegexp(`^(mcp|vnc)-{ID_PATTERN}\.{domain}\.?$`)"
    mcp = rf"HostRegexp(`^mcp-{ID_PATTERN}\.{domain}\.?$`)"
    preflight = "Method(`OPTIONS`) && HeaderRegexp(`Access-Control-Request-Method`, `.`)" + "".join(
        f" && !Host(`{host}`)" for host in answers_preflights_itself(spec)
    )
    view = rf"HostRegexp(`^vnc-{ID_PATTERN}\.{domain}\.?$`)"
    return {
        # Below every instance's own router: unknown and absent ids meet the same gate.
        "absent": https_router(anything, 1, "pages", [GATE]) | {"tls": _resolved(spec)},
        # A browser sends no token with a preflight, and takes no answer but a 2xx: the gate's own
        # pages answer it, for ForwardAuth would pass a 2xx on to the instance.
        "preflight": https_router(f"{mcp} && {preflight}", 10_001, "pages", []),
        # Above every instance's own router, whose priority is the length of its rule.
        "sign-in": https_router(
            f"{view} && (Path(`/`) || PathPrefix(`/_mcpier/`))", 10_000, "pages", []
        ),
        # A one-time link's ticket stands in its path, which the access log would keep; the gate's
        # own log has a line for each that is used.
        "link": https_router(f"{view} && PathPrefix(`/_mcpier/enter/`)", 10_002, "pages", [])
        | {"observability": {"accessLogs": False}},
    }


def _middlewares(spec: StackSpec, gate: str) -> dict[str, Any]:
    middlewares: dict[str, Any] = {
        GATE: {
            "forwardAuth": {
                "address": gate,
                "authRequestHeaders": ["Authorization", "Cookie", "Origin"],
                "authResponseHeaders": OWNED_HEADERS,
                "authResponseHeadersRegex": OWNED_PATTERN,
                "maxResponseBodySize": LARGEST_REFUSAL,
                # The address is plain http, and stays so: this gives every lane a pool of
                # connections of its own (components.core.lanes).
                "tls": {"insecureSkipVerify": True},
                "trustForwardHeader": False,
            }
        },
        **lane_middlewares(spec),
        **thumbnail_middlewares(spec),
    }
    if spec.webapp or has_open_endpoint(spec):
        middlewares[UNCLAIMED] = {"headers": {"customRequestHeaders": CLAIMS}}
    if spec.publicly_trusted:
        middlewares[HSTS] = {"headers": {"stsSeconds": HSTS_SECONDS}}
    return middlewares


def _resolved(spec: StackSpec) -> dict[str, Any]:
    """A router's `tls`, which has the wildcard certificate issued where ACME is to do it."""
    if not isinstance(spec.tls, Acme):
        return {}
    return {"certResolver": RESOLVER, "domains": [{"main": f"*.{spec.domain}"}]}


def _app_service(spec: StackSpec) -> dict[str, Any]:
    if spec.webapp:
        return {"webapp": _service(spec.webapp)}
    return {"portal": _service(f"http://{portal_address(spec.edge)}:{PORTAL_PORT}")}


def _app_routers(spec: StackSpec) -> dict[str, Any]:
    """What `app.<domain>` serves: the portal, or the web app and the gate's check for it."""
    app = f"Host(`{app_host(spec.domain)}`)"
    if not spec.webapp:
        link = https_router(f"{app} && PathPrefix(`/_mcpier/enter/`)", 10_002, "pages", [])
        return {
            "portal": https_router(app, 1, "portal", [GATE]),
            "portal-sign-in": https_router(
                f"{app} && PathPrefix(`/_mcpier/`)", 10_000, "pages", []
            ),
            "portal-link": link | {"observability": {"accessLogs": False}},
        }
    check = f"Path(`{GATE_PATH}`) || PathPrefix(`{GATE_PATH}/`)"
    return {
        "webapp": https_router(app, 1, "webapp", [UNCLAIMED]),
        "check": https_router(f"{app} && ({check})", 10_000, "pages", []),
    }


def _service(url: str) -> dict[str, Any]:
    return {"loadBalancer": {"servers": [{"url": url}]}}


def _served(certificate: str, key: str) -> dict[str, Any]:
    pair = {"certFile": certificate, "keyFile": key}
    return {"certificates": [pair], "stores": {"default": {"defaultCertificate": pair}}}
