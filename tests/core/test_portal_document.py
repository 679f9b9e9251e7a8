"""What the portal is told of its stack: all that it shows of it, and no secret."""

import json
from typing import Any

from components.core.clients import Client, Entry, setup
from components.core.instance_type import InstanceType
from components.core.model import StackSpec
from components.core.parse import parse
from components.core.parse_type import parse_type
from components.core.portal import portal_document
from portal.stack import Client as Template
from portal.stack import Instance
from tests.core.conftest import TYPE

URL = "https://mcp-demo.mcp.example.org:8443/mcp"


def document(spec: StackSpec) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(portal_document(spec))
    return found


def test_instances_are_told_with_their_containers_and_urls(spec: StackSpec) -> None:
    assert document(spec)["instances"] == {
        "aside": {
            "type": "browser",
            "wanted": "absent",
            "urls": {
                "mcp": "https://mcp-aside.mcp.example.org:8443/mcp",
                "vnc": "https://vnc-aside.mcp.example.org:8443/",
            },
            "thumbnail": "",
            "containers": {"": "mcpier-dev-mcp-aside"},
        },
        "demo": {
            "type": "browser",
            "wanted": "running",
            "urls": {"mcp": URL, "vnc": "https://vnc-demo.mcp.example.org:8443/"},
            "thumbnail": "/thumbnails/demo",
            "containers": {"": "mcpier-dev-mcp-demo"},
        },
    }


def test_side_containers_of_a_running_instance_are_told_of(config: dict[str, Any]) -> None:
    sidecar = {"image": "postgres@sha256:" + "0" * 64, "health": {"check": "tcp", "port": 5432}}
    kind = parse_type(
        "browser", "image/browser", TYPE | {"sidecars": {"database": sidecar}}, "0" * 64
    )
    told = document(parse("dev", config, [kind]))["instances"]
    assert told["demo"]["containers"] == {
        "": "mcpier-dev-mcp-demo",
        "database": "mcpier-dev-mcp-demo_database",
    }
    assert told["aside"]["containers"] == {"": "mcpier-dev-mcp-aside"}


def test_the_platforms_parts_are_those_that_status_shows(spec: StackSpec) -> None:
    assert document(spec)["platform"] == {
        part: f"mcpier-dev-{part}"
        for part in ("traefik", "authgate", "socket-proxy", "portal", "docker-reader")
    }


def test_what_a_client_takes_is_what_connect_prints_but_for_the_token(spec: StackSpec) -> None:
    demo = Instance(
        id="demo", type="browser", wanted="running", urls={"mcp": URL}, thumbnail="", containers={}
    )
    headers = {"Authorization": "Bearer <token>"}
    for told in document(spec)["clients"]:
        printed = setup(Client(told["name"]), Entry(instance="demo", url=URL, headers=headers))
        template = Template(**told)
        assert template.text_for(demo) == printed.text
        assert template.place_for(demo) == printed.place
        assert template.trust == printed.trust


def test_a_public_certificate_needs_no_words_about_trust(
    config: dict[str, Any], browser: InstanceType
) -> None:
    acme = {"mode": "acme", "email": "ops@example.org", "dnsProvider": "cloudflare"}
    secrets = {"acme": {"CF_DNS_API_TOKEN": "x"}}
    spec = parse("dev", config | {"tls": acme, "secrets": secrets}, [browser])
    assert {client["trust"] for client in document(spec)["clients"]} == {""}


def test_a_tokens_name_is_the_gates_to_tell(spec: StackSpec) -> None:
    assert "alice" not in portal_document(spec)
