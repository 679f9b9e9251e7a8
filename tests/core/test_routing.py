"""How requests find their way: an instance's labels, the shared document, Traefik's flags."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from authgate import answers
from components.core import routing
from components.core.flags import static_flags
from components.core.instance_type import InstanceType
from components.core.model import StackSpec
from components.core.parse import parse
from components.core.parse_type import parse_type
from tests.core.conftest import TYPE

HOST = re.compile(r"HostRegexp\(`([^`]+)`\)")
ENTRY_POINTS = ("http", "https")


@pytest.fixture
def document(spec: StackSpec) -> dict[str, Any]:
    """The file provider's document, as Traefik reads it."""
    text = routing.dynamic_config(spec, ("/dynamic/tls/a.crt", "/dynamic/tls/a.key"))
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.fixture
def routers(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["http"]["routers"]
    return found


@pytest.fixture
def flags(spec: StackSpec) -> list[str]:
    return static_flags(spec, "mcpier-dev-instances")


def hosts(router: dict[str, Any]) -> re.Pattern[str]:
    """The pattern of hosts that a router takes."""
    found = HOST.findall(router["rule"])
    assert len(found) == 1
    return re.compile(found[0])


def test_an_instance_has_a_router_and_a_service_for_each_endpoint(spec: StackSpec) -> None:
    router, service = "traefik.http.routers", "traefik.http.services"
    assert routing.instance_labels(spec, spec.instances[1]) == {
        "traefik.enable": "true",
        f"{router}.mcp-demo.entrypoints": "https",
        f"{router}.mcp-demo.rule": "Host(`mcp-demo.mcp.example.org`)",
        f"{router}.mcp-demo.service": "gated-mcp-demo@file",
        f"{router}.mcp-demo.tls": "true",
        f"{service}.mcp-demo.loadbalancer.server.port": "8080",
        f"{router}.vnc-demo.entrypoints": "https",
        f"{router}.vnc-demo.rule": "Host(`vnc-demo.mcp.example.org`)",
        f"{router}.vnc-demo.service": "gated-vnc-demo@file",
        f"{router}.vnc-demo.tls": "true",
        f"{service}.vnc-demo.loadbalancer.server.port": "6080",
    }


def test_a_folder_with_a_port_of_its_own_has_a_router_past_the_same_gate(
    config: dict[str, Any],
) -> None:
    mcp = {"port": 8080, "path": "/mcp", "folders": {"my-files": {"port": 8081}}}
    kind = parse_type("browser", "image/browser", TYPE | {"endpoints": {"mcp": mcp}}, "0" * 64)
    spec = parse("dev", config, [kind])
    labels = routing.instance_labels(spec, spec.instances[1])
    router = "traefik.http.routers.mcp-demo_my-files"
    assert {key: value for key, value in labels.items() if "my-files" in key} == {
        f"{router}.entrypoints": "https",
        f"{router}.rule": "Host(`mcp-demo.mcp.example.org`) && PathPrefix(`/my-files/`)",
        f"{router}.service": "gated-mcp-demo_my-files@file",
        f"{router}.tls": "true",
        "traefik.http.services.mcp-demo_my-files.loadbalancer.server.port": "8081",
    }
    services = json.loads(routing.dynamic_config(spec, ("c", "k")))["http"]["services"]
    assert weights(services["lane-0-mcp-demo_my-files"]) == ["mcp-demo_my-files@docker"]


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
    ungated = {name for name, router in routers.items() if router.get("middlewares") != ["gate"]}
    assert ungated == {"preflight", "sign-in", "link", "portal-sign-in", "portal-link"}
    assert {routers[name]["service"] for name in ungated} == {"pages"}
    servers = document["http"]["services"]["pages"]["loadBalancer"]["servers"]
    assert servers == [{"url": "http://10.9.0.2:9181"}]


def test_every_way_to_an_instance_asks_the_gate(
    document: dict[str, Any],
) -> None:
    services = document["http"]["services"]
    for name in ("mcp-demo", "vnc-demo"):
        assert f"{name}@docker" not in weights(services[f"gated-{name}"])
        lanes = [services[lane] for lane in weights(services[f"gated-{name}"])]
        assert all(lane["middlewares"] == ["gate"] for lane in lanes)
        assert all(reached(lane) == f"{name}@docker" for lane in lanes)


def test_requests_of_mcp_are_held_before_they_are_passed_on(document: dict[str, Any]) -> None:
    services = document["http"]["services"]
    mirroring = services["lane-0-mcp-demo"]["mirroring"]
    assert mirroring["maxBodySize"] + 1 == 16 << 10
    # Without an active mirror, Traefik would not read the body.
    assert mirroring["mirrors"] == [{"name": "nowhere", "percent": 100}]
    assert services["nowhere"] == {"loadBalancer": {"servers": []}}
    assert "mirroring" not in services["lane-0-vnc-demo"]


def test_a_busy_port_has_several_lanes_and_fewer_where_there_are_many_instances(
    config: dict[str, Any], read: Callable[[dict[str, Any]], StackSpec]
) -> None:
    def lanes(instances: int) -> tuple[int, int, int]:
        config["instances"] = {f"i{number}": {"type": "browser"} for number in range(instances)}
        services = json.loads(routing.dynamic_config(read(config), None))["http"]["services"]
        all_of_them = sum(name.startswith("lane-") for name in services)
        one = [len(weights(services[f"gated-{port}-i0"])) for port in ("mcp", "vnc")]
        return one[0], one[1], all_of_them

    assert lanes(1) == (8, 1, 9)
    assert lanes(64) == (8, 1, 576)
    assert lanes(500) == (1, 1, 1000)


def test_only_lanes_lead_to_an_instance(document: dict[str, Any]) -> None:
    reaching = {
        name
        for name, service in document["http"]["services"].items()
        if "@docker" in json.dumps(service)
    }
    assert reaching
    assert all(name.startswith("lane-") for name in reaching)


def test_pages_of_listed_origins_may_read_answers_of_their_instance_only(
    config: dict[str, Any], read: Callable[[dict[str, Any]], StackSpec]
) -> None:
    config["instances"]["demo"]["origins"] = ["https://app.example.org"]
    config["instances"]["plain"] = {"type": "browser"}
    http = json.loads(routing.dynamic_config(read(config), ("c", "k")))["http"]
    lanes = http["services"]
    assert lanes["lane-0-mcp-demo"]["middlewares"] == ["gate", "origins-demo"]
    assert lanes["lane-0-vnc-demo"]["middlewares"] == ["gate"]
    assert lanes["lane-0-mcp-plain"]["middlewares"] == ["gate"]
    headers = http["middlewares"]["origins-demo"]["headers"]
    assert headers["accessControlAllowOriginList"] == ["https://app.example.org"]
    assert ", ".join(headers["accessControlExposeHeaders"]).encode() == answers.EXPOSED
    assert "origins-plain" not in http["middlewares"]


def test_a_stopped_instance_has_no_lanes(document: dict[str, Any]) -> None:
    assert not [name for name in document["http"]["services"] if "aside" in name]


def reached(lane: dict[str, Any]) -> str:
    """The one service that a lane leads to."""
    if "mirroring" in lane:
        return str(lane["mirroring"]["service"])
    (only,) = weights(lane)
    return only


def weights(service: dict[str, Any]) -> list[str]:
    """The children of a weighted service, all of the same weight."""
    children = service["weighted"]["services"]
    assert {child["weight"] for child in children} == {1}
    return [child["name"] for child in children]


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


@pytest.mark.parametrize("name", ENTRY_POINTS)
def test_every_entry_point_of_the_world_is_hardened(flags: list[str], name: str) -> None:
    point = f"--entrypoints.{name}"
    assert {
        f"{point}.forwardedheaders.insecure=false",
        f"{point}.http.aliasheadersstrategy=reject",
        f"{point}.http.encodedcharacters.allowencodedslash=false",
        f"{point}.http.encodedcharacters.allowencodedbackslash=false",
        f"{point}.http.encodedcharacters.allowencodednullcharacter=false",
        f"{point}.http.encodedcharacters.allowencodedsemicolon=false",
        f"{point}.http.encodequerysemicolons=false",
        f"{point}.http.maxheaderbytes=32768",
    } <= set(flags)


def test_only_three_entry_points_listen_and_the_admins_on_loopback_only(flags: list[str]) -> None:
    addresses = {
        flag for flag in flags if flag.startswith("--entrypoints.") and ".address=" in flag
    }
    assert addresses == {
        "--entrypoints.http.address=:80",
        "--entrypoints.https.address=:8443",
        "--entrypoints.admin.address=127.0.0.1:9443",
    }


def test_plain_http_leads_to_https(flags: list[str]) -> None:
    assert "--entrypoints.http.http.redirections.entrypoint.to=https" in flags
    assert "--entrypoints.http.http.redirections.entrypoint.scheme=https" in flags


def test_api_and_dashboard_are_not_open_to_the_world(flags: list[str]) -> None:
    assert "--ping.entrypoint=admin" in flags
    assert not [flag for flag in flags if "insecure=true" in flag]


def test_traefik_takes_only_what_its_own_stack_enables(flags: list[str]) -> None:
    assert "--providers.docker.exposedbydefault=false" in flags
    assert "--providers.docker.constraints=Label(`mcpier.stack`,`dev`)" in flags
    assert "--providers.docker.network=mcpier-dev-instances" in flags
    endpoints = [flag for flag in flags if flag.startswith("--providers.docker.endpoint=")]
    assert endpoints == ["--providers.docker.endpoint=unix:///run/socket-proxy/docker.sock"]


def test_the_access_log_holds_no_header_and_no_query(flags: list[str]) -> None:
    assert "--accesslog.fields.headers.defaultmode=drop" in flags
    assert "--accesslog.fields.queryparameters.defaultmode=drop" in flags


def test_a_one_time_link_stands_in_no_access_log(routers: dict[str, Any], flags: list[str]) -> None:
    silent = [name for name, router in routers.items() if "observability" in router]
    assert silent == ["link", "portal-link"]
    assert routers["link"]["observability"] == {"accessLogs": False}
    assert hosts(routers["link"]).search("vnc-demo.mcp.example.org")
    assert not hosts(routers["link"]).search("mcp-demo.mcp.example.org")
    assert routers["link"]["rule"].endswith("&& PathPrefix(`/_mcpier/enter/`)")
    assert "--entrypoints.http.observability.accesslogs=false" in flags
    assert "--accesslog=true" in flags


def test_no_flag_stands_there_twice(flags: list[str]) -> None:
    names = [flag.partition("=")[0] for flag in flags]
    assert len(names) == len(set(names))


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
    assert services["portal"]["loadBalancer"]["servers"] == [{"url": "http://10.9.0.3:9190"}]
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
