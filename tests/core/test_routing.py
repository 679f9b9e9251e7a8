"""How requests find their way: an instance's labels, and the routers that are shared."""

import json
import re
from typing import Any

import pytest

from components.core import routing
from components.core.instance_type import InstanceType
from components.core.model import StackSpec
from components.core.parse import parse

HOST = re.compile(r"HostRegexp\(`([^`]+)`\)")


def hosts(router: dict[str, Any]) -> re.Pattern[str]:
    """The pattern of hosts that a router takes."""
    found = HOST.findall(router["rule"])
    assert len(found) == 1
    return re.compile(found[0])


def test_an_instance_has_a_router_and_a_service_for_each_endpoint(spec: StackSpec) -> None:
    router, service = "traefik.http.routers", "traefik.http.services"
    assert routing.instance_labels(spec, spec.instances[1]) == {
        "traefik.enable": "true",
        f"{router}.mcp-demo.rule": "Host(`mcp-demo.mcp.example.org`)",
        f"{router}.mcp-demo.service": "gated-mcp-demo@file",
        f"{service}.mcp-demo.loadbalancer.server.port": "8080",
        f"{router}.vnc-demo.rule": "Host(`vnc-demo.mcp.example.org`)",
        f"{router}.vnc-demo.service": "gated-vnc-demo@file",
        f"{service}.vnc-demo.loadbalancer.server.port": "6080",
    }


def test_a_rotated_token_changes_no_label(
    config: dict[str, Any], browser: InstanceType, spec: StackSpec
) -> None:
    config["instances"]["demo"]["tokens"] = ["bob"]
    rotated = parse("dev", config, [browser])
    assert routing.instance_labels(rotated, rotated.instances[1]) == routing.instance_labels(
        spec, spec.instances[1]
    )


def test_what_is_shared_stands_below_and_above_every_instances_router(
    routers: dict[str, Any], config: dict[str, Any], browser: InstanceType
) -> None:
    longest = ".".join(["a" * 63] * 2 + ["b" * 60])
    extremes = ({"domain": "a.b", "id": "x"}, {"domain": longest, "id": "x" * 40})
    lengths = []
    for extreme in extremes:
        config |= {"domain": extreme["domain"], "instances": {extreme["id"]: {"type": "browser"}}}
        spec = parse("dev", config, [browser])
        labels = routing.instance_labels(spec, spec.instances[0])
        # Traefik takes the length of the rule where a router has no priority of its own.
        lengths += [len(value) for key, value in labels.items() if key.endswith(".rule")]
        assert not [key for key in labels if key.endswith(".priority")]
    assert routers["absent"]["priority"] < min(lengths)
    assert max(lengths) < routers["sign-in"]["priority"] < routers["preflight"]["priority"]
    assert routers["sign-in"]["priority"] < routers["link"]["priority"]


@pytest.mark.parametrize(
    "host",
    [
        "mcp-demo.mcp.example.org",
        "mcp-no-such-instance.mcp.example.org",
        "mcp-a.mcp.example.org.",
        "vnc-demo.mcp.example.org",
        "vnc-a.mcp.example.org.",
    ],
)
def test_known_and_unknown_ids_meet_the_same_gate(routers: dict[str, Any], host: str) -> None:
    assert hosts(routers["absent"]).search(host)


@pytest.mark.parametrize("router", ["absent", "preflight", "sign-in", "link"])
@pytest.mark.parametrize(
    "host",
    [
        "mcp-a.evil.com",
        "mcp-a.mcp.example.org.evil.com",
        "evil.mcp-a.mcp.example.org",
        "mcp-a.b.mcp.example.org",
        "vnc-a.b.mcp.example.org",
        "mcp-a.mcpxexample.org",
        "mcp-a.mcp.example.org..",
        "mcp-.mcp.example.org:8443",
        "mcp-.evil.mcp.example.org",
        "xmcp-a.mcp.example.org",
        "xvnc-a.mcp.example.org",
        "mcp.example.org",
        "app.mcp.example.org",
        "mcp-a.mcp.example.org\nvnc-a.mcp.example.org",
    ],
)
def test_other_hosts_are_nobodys(routers: dict[str, Any], router: str, host: str) -> None:
    assert not hosts(routers[router]).search(host)


def test_a_preflight_is_answered_on_mcp_hosts_and_a_sign_in_on_view_hosts(
    routers: dict[str, Any],
) -> None:
    mcp, vnc = "mcp-demo.mcp.example.org", "vnc-demo.mcp.example.org"
    assert hosts(routers["preflight"]).search(mcp)
    assert not hosts(routers["preflight"]).search(vnc)
    assert "Method(`OPTIONS`)" in routers["preflight"]["rule"]
    assert hosts(routers["sign-in"]).search(f"{vnc}.")
    assert not hosts(routers["sign-in"]).search(mcp)


def test_only_the_gates_own_pages_are_reached_without_the_gate(
    document: dict[str, Any], routers: dict[str, Any]
) -> None:
    ungated = {
        name for name, router in routers.items() if router.get("middlewares", [""])[0] != "gate"
    }
    assert ungated == {"preflight", "sign-in", "link", "portal-sign-in", "portal-link"}
    assert {routers[name]["service"] for name in ungated} == {"pages"}
    servers = document["http"]["services"]["pages"]["loadBalancer"]["servers"]
    assert servers == [{"url": "http://10.9.0.2:9181"}]


def test_no_shared_router_listens_without_tls(routers: dict[str, Any]) -> None:
    assert all(router["entryPoints"] == ["https"] for router in routers.values())
    assert all("tls" in router for router in routers.values())


def test_the_gate_is_asked_at_its_fixed_address_and_owns_its_headers(
    document: dict[str, Any],
) -> None:
    gate = document["http"]["middlewares"]["gate"]["forwardAuth"]
    assert gate["address"] == "http://10.9.0.2:9180/auth/mcp-bearer-check"
    assert gate["trustForwardHeader"] is False
    assert {"Authorization", "Cookie", "X-Mcpier-Client"} <= set(gate["authResponseHeaders"])
    owned = re.compile(gate["authResponseHeadersRegex"])
    assert owned.search("X-Mcpier-Anything")
    assert owned.search("X-Mcp-Instance")
    assert owned.search("X-Forwarded-User")
    assert not owned.search("X-Mcp-Instances")
    assert not owned.search("Mcp-Session-Id")


def test_one_certificate_serves_every_host_and_old_tls_is_refused(
    document: dict[str, Any],
) -> None:
    pair = {"certFile": "/dynamic/tls/a.crt", "keyFile": "/dynamic/tls/a.key"}
    assert document["tls"]["certificates"] == [pair]
    assert document["tls"]["stores"]["default"]["defaultCertificate"] == pair
    assert document["tls"]["options"]["default"]["minVersion"] == "VersionTLS12"


def test_a_one_time_link_stands_in_no_access_log(routers: dict[str, Any], flags: list[str]) -> None:
    silent = [name for name, router in routers.items() if "observability" in router]
    assert silent == ["link", "portal-link"]
    assert routers["link"]["observability"] == {"accessLogs": False}
    assert hosts(routers["link"]).search("vnc-demo.mcp.example.org")
    assert not hosts(routers["link"]).search("mcp-demo.mcp.example.org")
    assert routers["link"]["rule"].endswith("&& PathPrefix(`/_mcpier/enter/`)")
    assert "--entrypoints.http.observability.accesslogs=false" in flags
    assert "--accesslog=true" in flags


@pytest.fixture
def app(config: dict[str, Any], browser: InstanceType) -> dict[str, Any]:
    """The shared document's part about HTTP where the operator has a web app."""
    spec = parse("dev", config | {"webapp": {"url": "http://127.0.0.1:8090"}}, [browser])
    found: dict[str, Any] = json.loads(routing.dynamic_config(spec, None))["http"]
    return found


def test_the_web_app_has_a_host_of_its_own_and_the_gates_check_beside_it(
    app: dict[str, Any],
) -> None:
    servers = app["services"]["webapp"]["loadBalancer"]["servers"]
    assert servers == [{"url": "http://127.0.0.1:8090"}]
    webapp, check = app["routers"]["webapp"], app["routers"]["check"]
    assert (webapp["rule"], webapp["service"]) == ("Host(`app.mcp.example.org`)", "webapp")
    assert check["service"] == "pages"
    assert check["rule"] == (
        "Host(`app.mcp.example.org`) && (Path(`/auth/mcp-bearer-check`) || "
        "PathPrefix(`/auth/mcp-bearer-check/`))"
    )
    assert check["priority"] > webapp["priority"]
    assert all(router["entryPoints"] == ["https"] for router in app["routers"].values())


def test_the_web_app_is_told_nothing_that_only_the_gate_may_say(app: dict[str, Any]) -> None:
    assert app["routers"]["webapp"]["middlewares"] == ["unclaimed"]
    taken = app["middlewares"]["unclaimed"]["headers"]["customRequestHeaders"]
    assert taken == {"X-Forwarded-User": "", "X-Mcp-Instance": "", "X-Mcpier-Client": ""}


def test_without_a_web_app_the_portal_answers_behind_the_gate(document: dict[str, Any]) -> None:
    routers, services = document["http"]["routers"], document["http"]["services"]
    portal = routers["portal"]
    assert (portal["rule"], portal["service"]) == ("Host(`app.mcp.example.org`)", "portal")
    assert portal["middlewares"] == ["gate"]
    assert services["portal"]["loadBalancer"]["servers"] == [{"url": "http://10.9.0.11:9190"}]
    assert not {"webapp", "check"} & (set(routers) | set(services))


def test_only_the_gates_own_pages_are_reached_past_the_gate_at_the_portals_host(
    document: dict[str, Any],
) -> None:
    routers = document["http"]["routers"]
    past = {name for name, router in routers.items() if not router.get("middlewares")}
    assert {name for name in past if "Host(`app." in routers[name]["rule"]} == {
        "portal-sign-in",
        "portal-link",
    }
    for name in ("portal-sign-in", "portal-link"):
        assert routers[name]["service"] == "pages"
        assert "PathPrefix(`/_mcpier/" in routers[name]["rule"]
        assert routers[name]["priority"] > routers["portal"]["priority"]
    assert routers["portal-link"]["observability"] == {"accessLogs": False}
