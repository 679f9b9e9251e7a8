"""Stack outputs: an interface that scripts and the command line read."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from components.core import outputs
from components.core.instance_type import InstanceType
from components.core.model import StackSpec
from components.core.parse import parse
from components.core.parse_type import parse_type
from components.core.secrets import Root
from tests.core.conftest import TYPE

ROOT = Root(key=bytes(32), drawn_at=1_790_000_000)


@pytest.fixture
def screenless(config: dict[str, Any]) -> StackSpec:
    """The good config with a type that has no screen."""
    document = {key: value for key, value in TYPE.items() if key != "secrets"}
    document["endpoints"] = {"mcp": {"port": 8080, "path": "/mcp"}}
    return parse("dev", config, [parse_type("browser", "image/browser", document, "0" * 64)])


def test_an_instance_is_told_by_type_state_and_urls(spec: StackSpec) -> None:
    assert outputs.instances(spec) == {
        "aside": {
            "type": "browser",
            "state": "stopped",
            "mcpUrl": "https://mcp-aside.mcp.example.org:8443/mcp",
            "vncUrl": "https://vnc-aside.mcp.example.org:8443/",
        },
        "demo": {
            "type": "browser",
            "state": "running",
            "mcpUrl": "https://mcp-demo.mcp.example.org:8443/mcp",
            "vncUrl": "https://vnc-demo.mcp.example.org:8443/",
        },
    }


def test_the_port_of_https_stands_in_no_url(config: dict[str, Any], browser: InstanceType) -> None:
    config["edge"]["httpsPort"] = 443
    found = outputs.instances(parse("dev", config, [browser]))
    assert found["demo"]["mcpUrl"] == "https://mcp-demo.mcp.example.org/mcp"


def test_every_token_gets_what_a_client_needs(spec: StackSpec) -> None:
    clients = outputs.clients(spec, ROOT)
    assert {id_: sorted(tokens) for id_, tokens in clients.items()} == {
        "aside": [],
        "demo": ["alice", "ci"],
    }
    alice = spec.instances[1].tokens[0]
    assert clients["demo"]["alice"] == {
        "url": "https://mcp-demo.mcp.example.org:8443/mcp",
        "headers": {"Authorization": f"Bearer {ROOT.token('demo', alice)}"},
    }


def test_a_person_gets_what_opens_the_live_view(spec: StackSpec) -> None:
    viewers = outputs.viewers(spec, ROOT)
    assert sorted(viewers) == ["aside", "demo"]
    assert viewers["demo"] == {
        "url": "https://vnc-demo.mcp.example.org:8443/",
        "token": ROOT.view_token("demo"),
        "watchToken": ROOT.watch_token("demo"),
        "ticketKey": ROOT.ticket_key("demo"),
    }


def test_what_opens_a_rotated_view_is_what_the_gate_takes(
    config: dict[str, Any], read: Callable[[dict[str, Any]], StackSpec]
) -> None:
    config["instances"]["demo"]["viewGeneration"] = 3
    viewer = outputs.viewers(read(config), ROOT)["demo"]
    assert viewer["token"] == ROOT.view_token("demo", 3) != ROOT.view_token("demo")
    assert viewer["watchToken"] == ROOT.watch_token("demo", 3) != ROOT.watch_token("demo")


def test_where_the_screen_cannot_be_watched_without_input_nobody_gets_a_token_for_it(
    config: dict[str, Any],
) -> None:
    document = TYPE | {"secrets": {"vnc-password": {"kind": "vnc"}}}
    kind = parse_type("browser", "image/browser", document, "0" * 64)
    viewers = outputs.viewers(parse("dev", config, [kind]), ROOT)
    assert sorted(viewers["demo"]) == ["ticketKey", "token", "url"]


def test_an_instance_without_a_screen_has_no_view(screenless: StackSpec) -> None:
    assert outputs.viewers(screenless, ROOT) == {}
    assert sorted(outputs.instances(screenless)["demo"]) == ["mcpUrl", "state", "type"]


def test_an_instance_is_asked_under_its_bearer_hosts_only(spec: StackSpec) -> None:
    assert outputs.allowed_hosts(spec, spec.instances[1]) == "mcp-demo.mcp.example.org:8443"


def test_the_portal_is_told_with_what_opens_it(spec: StackSpec) -> None:
    (operator,) = spec.operators
    assert outputs.portal(spec, ROOT) == {
        "url": "https://app.mcp.example.org:8443/",
        "tokens": {"operator": ROOT.operator_token(operator)},
        "ticketKey": ROOT.ticket_key("_portal"),
    }


def test_another_generation_gives_an_operator_another_token(spec: StackSpec) -> None:
    (operator,) = spec.operators
    assert ROOT.operator_token(operator) != ROOT.operator_token(replace(operator, generation=2))
