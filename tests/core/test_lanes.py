"""The ways to an instance: each asks the gate, and holds what it passes on."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from authgate import answers
from components.core import routing
from components.core.model import StackSpec
from components.core.parse import parse
from components.core.parse_type import parse_type
from tests.core.conftest import TYPE


def test_a_folder_with_a_port_of_its_own_has_a_router_past_the_same_gate(
    config: dict[str, Any],
) -> None:
    mcp = {"port": 8080, "path": "/mcp", "folders": {"my-files": {"port": 8081}}}
    kind = parse_type("browser", "image/browser", TYPE | {"endpoints": {"mcp": mcp}}, "0" * 64)
    spec = parse("dev", config, [kind])
    labels = routing.instance_labels(spec, spec.instances[1])
    router = "traefik.http.routers.mcp-demo_my-files"
    assert {key: value for key, value in labels.items() if "my-files" in key} == {
        f"{router}.rule": "Host(`mcp-demo.mcp.example.org`) && PathPrefix(`/my-files/`)",
        f"{router}.service": "gated-mcp-demo_my-files@file",
        "traefik.http.services.mcp-demo_my-files.loadbalancer.server.port": "8081",
    }
    services = json.loads(routing.dynamic_config(spec, ("c", "k")))["http"]["services"]
    assert weights(services["lane-0-mcp-demo_my-files"]) == ["mcp-demo_my-files@docker"]


def test_every_way_to_an_instance_asks_the_gate(
    document: dict[str, Any],
) -> None:
    services = document["http"]["services"]
    for name in ("mcp-demo", "vnc-demo"):
        assert f"{name}@docker" not in weights(services[f"gated-{name}"])
        lanes = [services[lane] for lane in weights(services[f"gated-{name}"])]
        assert all(lane["middlewares"][0] == "gate" for lane in lanes)
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
    assert lanes["lane-0-vnc-demo"]["middlewares"] == ["gate", "unframed"]
    assert lanes["lane-0-mcp-plain"]["middlewares"] == ["gate"]
    headers = http["middlewares"]["origins-demo"]["headers"]
    assert headers["accessControlAllowOriginList"] == ["https://app.example.org"]
    assert ", ".join(headers["accessControlExposeHeaders"]).encode() == answers.EXPOSED
    assert "origins-plain" not in http["middlewares"]


@pytest.mark.parametrize("origins", [[], ["https://app.example.org"]])
def test_an_open_mcp_endpoint_answers_preflights_itself_unless_origins_are_listed(
    config: dict[str, Any], origins: list[str]
) -> None:
    ports = {"mcp": {"path": "/mcp", "port": 8080}, "hook": {"path": "/", "port": 8081}}
    endpoints = {name: its | {"auth": "none"} for name, its in ports.items()}
    described = {key: value for key, value in TYPE.items() if key != "secrets"}
    kind = parse_type("open", "image/open", described | {"endpoints": endpoints}, "0" * 64)
    config["instances"] = {"wide": {"type": "open", "origins": origins}}
    spec = parse("dev", config, [kind])
    rule = json.loads(routing.dynamic_config(spec, None))["http"]["routers"]["preflight"]["rule"]
    assert ("!Host(`mcp-wide.mcp.example.org`)" in rule) is (not origins)
    labels = routing.instance_labels(spec, spec.instances[0])
    through = {name: labels[f"traefik.http.routers.{name}-wide.middlewares"] for name in ports}
    readable = ",origins-wide@file" if origins else ""
    assert through == {"mcp": f"unclaimed@file{readable}", "hook": "unclaimed@file"}


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
