"""Pictures of live views at the portal's host: behind the gate, and nothing else than pictures."""

from collections.abc import Callable
from typing import Any

from components.core.model import StackSpec
from components.core.parse import parse
from components.core.parse_type import parse_type
from components.core.thumbnails import thumbnail_middlewares, thumbnail_routers
from tests.core.conftest import TYPE

Read = Callable[[dict[str, Any]], StackSpec]


def test_a_running_instance_has_a_router_that_asks_the_gate_before_the_instance(
    spec: StackSpec,
) -> None:
    routers, middlewares = thumbnail_routers(spec), thumbnail_middlewares(spec)
    assert set(routers) == {"thumbnail-demo"}
    router = routers["thumbnail-demo"]
    assert router["rule"].startswith("Host(`app.mcp.example.org`) && Path(`/thumbnails/demo`) && ")
    assert router["service"] == "vnc-demo@docker"
    assert router["middlewares"] == ["gate", "picture", "picture-demo"]
    assert middlewares["picture-demo"] == {"replacePath": {"path": "/thumbnail.jpg"}}


def test_a_picture_is_fetched_and_no_websocket_opened(spec: StackSpec) -> None:
    rule = thumbnail_routers(spec)["thumbnail-demo"]["rule"]
    assert rule.endswith(" && Method(`GET`) && !HeaderRegexp(`Upgrade`, `.`)")


def test_an_instance_can_answer_with_nothing_that_rules_at_the_portals_host(
    spec: StackSpec,
) -> None:
    answer = thumbnail_middlewares(spec)["picture"]["headers"]["customResponseHeaders"]
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    gone = {name for name, value in answer.items() if not value}
    assert {"Set-Cookie", "Location", "Refresh", "Clear-Site-Data", "WWW-Authenticate"} <= gone


def test_where_a_web_app_has_the_portals_host_there_are_no_pictures(
    config: dict[str, Any], read: Read
) -> None:
    spec = read(config | {"webapp": {"url": "http://127.0.0.1:3000"}})
    assert (thumbnail_routers(spec), thumbnail_middlewares(spec)) == ({}, {})


def test_a_type_without_one_has_no_picture(config: dict[str, Any]) -> None:
    plain = {**TYPE, "endpoints": {"mcp": TYPE["endpoints"]["mcp"]}}
    spec = parse("dev", config, [parse_type("browser", "image/browser", plain, "0" * 64)])
    assert (thumbnail_routers(spec), thumbnail_middlewares(spec)) == ({}, {})
