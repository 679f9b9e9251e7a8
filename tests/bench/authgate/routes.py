"""What Traefik is told: one backend behind routers that differ in whom they ask.

Two entry points differ in one thing more: there, requests are held until they are whole, as at the
MCP ports of a stack (docs/decisions/0025). That costs as much whoever is asked.
"""

import json
from typing import Any

from authgate.settings import GATE_PORT
from components.core.addresses import gate_address
from components.core.lanes import gated, held
from components.core.parse import parse
from components.core.routing import LARGEST_REFUSAL, dynamic_config
from components.instance_types import load_types
from components.settings import PROJECT
from tests.authgate.harness import DOMAIN

# How many instances are asked at once: the least that any registry holds.
BUSY = 8
INSTANCE = "mcp-bench-%d"
HOST = f"{INSTANCE}.{DOMAIN}"
HELD = ", held"
# By who is asked in front of the backend; the port is that of its entry point.
EDGES = {
    "none": 26081,
    "basic": 26082,
    "gate": 26083,
    "floor": 26084,
    f"gate{HELD}": 26085,
    f"floor{HELD}": 26086,
}
BACKEND = "127.0.0.20:26080"
FLOOR = f"127.0.0.21:{GATE_PORT}"
GATE = "127.0.0.22"
# {SHA}, the cheapest that Traefik's basicAuth knows: of the user alice, with the password alice.
BASIC_USER = "alice:{SHA}UisnajVr3zkBPfq+os1D4UHsyeg="

Section = dict[str, Any]


def routes() -> Section:
    """A router for each busy instance on each entry point."""
    shipped = _shipped()
    middlewares = shipped["middlewares"] | {
        "basic": {"basicAuth": {"users": [BASIC_USER]}},
        "floor": {
            "forwardAuth": {
                "address": f"http://{FLOOR}",
                "authResponseHeaders": ["X-Mcpier-Client"],
                "maxResponseBodySize": LARGEST_REFUSAL,
                "trustForwardHeader": False,
            }
        },
    }
    services, routers = shipped["services"] | _passing(shipped["services"]), {}
    for number in range(BUSY):
        name = INSTANCE % number
        services[name] = {"loadBalancer": {"servers": [{"url": f"http://{BACKEND}"}]}}
        services[_held(name)] = held(name)
        for edge in EDGES:
            rule = {"entryPoints": [_entry_point(edge)], "rule": f"Host(`{HOST % number}`)"}
            routers[f"{_entry_point(edge)}-{number}"] = rule | _way(edge, name)
    return {"middlewares": middlewares, "services": services, "routers": routers}


def entry_points() -> list[str]:
    """Traefik's flags for the entry points."""
    return [
        f"--entrypoints.{_entry_point(edge)}.address=127.0.0.1:{port}"
        for edge, port in EDGES.items()
    ]


def _entry_point(edge: str) -> str:
    return edge.replace(HELD, "-held")


def _way(edge: str, name: str) -> Section:
    asked, is_held, _ = edge.partition(HELD)
    if asked == "gate":
        return {"service": gated(name) if is_held else _through(gated(name))}
    way: Section = {"service": _held(name) if is_held else name}
    return way if asked == "none" else way | {"middlewares": [asked]}


def _held(name: str) -> str:
    return f"held-{name}"


def _through(service: str) -> str:
    return f"passing-{service}"


def _passing(services: Section) -> Section:
    """The shipped lanes once more, but that they hold nothing."""
    return {_through(name): _let_pass(service) for name, service in services.items()}


def _let_pass(service: Section) -> Section:
    if mirrored := service.get("mirroring"):
        way = {"weighted": {"services": [{"name": mirrored["service"], "weight": 1}]}}
        return way | {"middlewares": service["middlewares"]}
    if shared := service.get("weighted"):
        lanes = [lane | {"name": _through(lane["name"])} for lane in shared["services"]]
        return {"weighted": {"services": lanes}}
    return service


def _shipped() -> Section:
    """What a stack of the busy instances ships, but for two addresses: the gate's and theirs."""
    instances = {f"bench-{number}": {"type": "playwright"} for number in range(BUSY)}
    spec = parse("bench", {"domain": DOMAIN, "instances": instances}, load_types(PROJECT))
    shipped = dynamic_config(spec, ("", ""))
    for theirs, ours in ((gate_address(spec.edge), GATE), ("@docker", "@file")):
        shipped = shipped.replace(theirs, ours)
    section: Section = json.loads(shipped)["http"]
    return section
