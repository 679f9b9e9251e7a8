"""How requests find their way: Traefik's labels, its file provider and its flags.

What belongs to one instance stands in its labels, and never rotates: a changed label replaces the
container. What is shared stands in the file provider, so that no container's death takes it away.
"""

import json
from typing import Any

from components.core.lanes import GATE, gated, lane_middlewares, lane_services, served_ports
from components.core.model import Instance, StackSpec
from components.core.naming import endpoint_host

GATE_PORT = 9180
PAGES_PORT = 9181
OPERATIONS_PORT = 9182
GATE_PATH = "/auth/mcp-bearer-check"
SOCKET = "/run/socket-proxy/docker.sock"
DYNAMIC_DIR = "/etc/traefik/dynamic"
DYNAMIC_FILE = "mcpier.yaml"
# What the gate answers replaces what the client sent; a name not listed here passes untouched.
OWNED_HEADERS = ["Authorization", "Cookie", "X-Mcpier-Client"]
OWNED_PATTERN = "^X-Mcpier-|^X-Mcp-Instance$|^X-Forwarded-User$"
ID_PATTERN = "[a-z0-9-]+"


def instance_labels(spec: StackSpec, instance: Instance) -> dict[str, str]:
    """The Traefik labels of an instance's container: a router and a service per port.

    The router's service is not the port's own, but the one that asks the gate first.
    """
    labels = {"traefik.enable": "true"}
    for name, endpoint, port, folder in served_ports(instance):
        router = f"traefik.http.routers.{name}"
        host = f"Host(`{endpoint_host(endpoint.name, instance.id, spec.domain)}`)"
        labels |= {
            f"{router}.entrypoints": "https",
            # The longer of two rules comes first.
            f"{router}.rule": f"{host} && PathPrefix(`/{folder}/`)" if folder else host,
            f"{router}.service": f"{gated(name)}@file",
            f"{router}.tls": "true",
            f"traefik.http.services.{name}.loadbalancer.server.port": str(port),
        }
    return labels


def dynamic_config(spec: StackSpec, certificate: str, key: str) -> str:
    """The file provider's document (JSON, which is YAML); certificate and key are paths."""
    return json.dumps(
        {"http": _http(spec), "tls": _tls(certificate, key)}, indent=1, sort_keys=True
    )


def _http(spec: StackSpec) -> dict[str, Any]:
    gate = f"http://{spec.edge.authgate_address}"
    domain = spec.domain.replace(".", r"\.")
    # Host() accepts a trailing dot, so the patterns must too: else it would tell known ids apart.
    anything = rf"HostRegexp(`^(mcp|vnc)-{ID_PATTERN}\.{domain}\.?$`)"
    mcp = rf"HostRegexp(`^mcp-{ID_PATTERN}\.{domain}\.?$`)"
    preflight = "Method(`OPTIONS`) && HeaderRegexp(`Access-Control-Request-Method`, `.`)"
    view = rf"HostRegexp(`^vnc-{ID_PATTERN}\.{domain}\.?$`)"
    return {
        "middlewares": {
            GATE: {
                "forwardAuth": {
                    "address": f"{gate}:{GATE_PORT}{GATE_PATH}",
                    "authRequestHeaders": ["Authorization", "Cookie", "Origin"],
                    "authResponseHeaders": OWNED_HEADERS,
                    "authResponseHeadersRegex": OWNED_PATTERN,
                    "maxResponseBodySize": 16384,
                    # The address is plain http, and stays so: this gives every lane a pool of
                    # connections of its own (components.core.lanes).
                    "tls": {"insecureSkipVerify": True},
                    "trustForwardHeader": False,
                }
            },
            **lane_middlewares(spec),
        },
        "routers": {
            # Below every instance's own router: unknown and absent ids meet the same gate.
            "absent": _router(anything, 1, "pages", [GATE]),
            # A browser sends no token with a preflight, and takes no answer but a 2xx: the gate's
            # own pages answer it, for ForwardAuth would pass a 2xx on to the instance.
            "preflight": _router(f"{mcp} && {preflight}", 10_001, "pages", []),
            # Above every instance's own router, whose priority is the length of its rule.
            "sign-in": _router(
                f"{view} && (Path(`/`) || PathPrefix(`/_mcpier/`))", 10_000, "pages", []
            ),
            # A one-time link's ticket stands in its path, which the access log would keep; the
            # gate's own log has a line for each that is used.
            "link": _router(f"{view} && PathPrefix(`/_mcpier/enter/`)", 10_002, "pages", [])
            | {"observability": {"accessLogs": False}},
        },
        "services": {
            "pages": {"loadBalancer": {"servers": [{"url": f"{gate}:{PAGES_PORT}"}]}},
            **lane_services(spec),
        },
    }


def _router(rule: str, priority: int, service: str, middlewares: list[str]) -> dict[str, Any]:
    router: dict[str, Any] = {
        "entryPoints": ["https"],
        "priority": priority,
        "rule": rule,
        "service": service,
        "tls": {},
    }
    return router | ({"middlewares": middlewares} if middlewares else {})


def _tls(certificate: str, key: str) -> dict[str, Any]:
    pair = {"certFile": certificate, "keyFile": key}
    return {
        "certificates": [pair],
        "options": {"default": {"minVersion": "VersionTLS12", "sniStrict": True}},
        "stores": {"default": {"defaultCertificate": pair}},
    }


def static_flags(spec: StackSpec, network: str) -> list[str]:
    """Traefik's command line; `network` is the Docker network on which the instances live."""
    edge = spec.edge
    shared = [
        "--accesslog=true",
        "--accesslog.fields.headers.defaultmode=drop",
        "--accesslog.fields.queryparameters.defaultmode=drop",
        "--accesslog.format=json",
        f"--entrypoints.admin.address=127.0.0.1:{edge.admin_port}",
        "--global.checknewversion=false",
        "--global.sendanonymoususage=false",
        "--log.level=INFO",
        "--ping=true",
        "--ping.entrypoint=admin",
        "--core.stricttlsoptions=true",
        "--providers.docker=true",
        f"--providers.docker.constraints=Label(`mcpier.stack`,`{spec.stack}`)",
        f"--providers.docker.endpoint=unix://{SOCKET}",
        "--providers.docker.exposedbydefault=false",
        f"--providers.docker.network={network}",
        f"--providers.file.directory={DYNAMIC_DIR}",
        "--providers.file.watch=true",
        "--providers.providersthrottleduration=1s",
    ]
    # It only redirects: nothing that was typed there by mistake is kept, one-time links included.
    silent = "--entrypoints.http.observability.accesslogs=false"
    http = [*_entry_point("http", edge.http_port), silent]
    redirect = "--entrypoints.http.http.redirections.entrypoint"
    https = _entry_point("https", edge.https_port)
    return [*shared, *http, f"{redirect}.to=https", f"{redirect}.scheme=https", *https]


def _entry_point(name: str, port: int) -> list[str]:
    """An entry point open to the world, with what Traefik leaves lax by default made strict."""
    point = f"--entrypoints.{name}"
    encoded = [
        "backslash",
        "hash",
        "nullcharacter",
        "percent",
        "questionmark",
        "semicolon",
        "slash",
    ]
    return [
        f"{point}.address=:{port}",
        f"{point}.forwardedheaders.insecure=false",
        f"{point}.http.aliasheadersstrategy=reject",
        *(f"{point}.http.encodedcharacters.allowencoded{what}=false" for what in encoded),
        f"{point}.http.encodequerysemicolons=false",
        f"{point}.http.maxheaderbytes=32768",
        f"{point}.http2.maxconcurrentstreams=100",
        f"{point}.transport.lifecycle.gracetimeout=10s",
        f"{point}.transport.respondingtimeouts.idletimeout=180s",
        f"{point}.transport.respondingtimeouts.readtimeout=60s",
    ]
