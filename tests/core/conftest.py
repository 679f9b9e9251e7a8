"""What the tests of the core share: a type, configs that use it, and what Traefik is told."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from components.core import routing
from components.core.flags import static_flags
from components.core.instance_type import InstanceType
from components.core.model import StackSpec
from components.core.parse import parse
from components.core.parse_type import parse_type

TYPE: dict[str, Any] = {
    "description": "A browser that people can watch.",
    "build": {"base": "node"},
    "endpoints": {
        "mcp": {"port": 8080, "path": "/mcp", "auth": "bearer"},
        "vnc": {"port": 6080, "path": "/", "auth": "view", "thumbnail": "/thumbnail.jpg"},
    },
    "choices": {
        "screen": {
            "type": "string",
            "pattern": r"\d+x\d+x(16|24)",
            "default": "1920x1080x24",
            "env": "MCPIER_SCREEN",
            "description": "Width, height and depth.",
        },
        "profile": {
            "type": "string",
            "pattern": "^(ephemeral|persistent)$",
            "default": "ephemeral",
            "env": "MCPIER_PROFILE",
            "description": "Whether the profile is kept.",
        },
    },
    "environment": {"MCPIER_ALLOWED_HOSTS": "{allowedHosts}"},
    "secrets": {
        "vnc-password": {"kind": "vnc"},
        "vnc-watch-password": {"kind": "vnc-watch"},
    },
    "volumes": {
        "profile": {"path": "/profile", "when": {"choice": "profile", "is": "persistent"}},
    },
    "health": {"command": ["health"]},
}


@pytest.fixture
def browser() -> InstanceType:
    """An instance type with both kinds of endpoint, a choice and a secret."""
    return parse_type("browser", "image/browser", TYPE, "0" * 64)


@pytest.fixture
def config() -> dict[str, Any]:
    """A config that is good."""
    return {
        "domain": "mcp.example.org",
        "edge": {"httpPort": 80, "httpsPort": 8443, "controlSubnet": "10.9.0.0/28"},
        "tls": {"mode": "self-signed"},
        "instances": {
            "demo": {"type": "browser", "tokens": ["alice", {"name": "ci", "generation": 2}]},
            "aside": {"type": "browser", "state": "stopped", "screen": "800x600x16"},
        },
    }


@pytest.fixture
def spec(config: dict[str, Any], browser: InstanceType) -> StackSpec:
    """The stack that the good config describes."""
    return parse("dev", config, [browser])


@pytest.fixture
def read(browser: InstanceType) -> Callable[[dict[str, Any]], StackSpec]:
    """Parses a config for the stack `dev`."""
    return lambda config: parse("dev", config, [browser])


@pytest.fixture
def document(spec: StackSpec) -> dict[str, Any]:
    """The file provider's document, as Traefik reads it."""
    text = routing.dynamic_config(spec, ("/dynamic/tls/a.crt", "/dynamic/tls/a.key"))
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.fixture
def routers(document: dict[str, Any]) -> dict[str, Any]:
    """The routers that all instances share."""
    found: dict[str, Any] = document["http"]["routers"]
    return found


@pytest.fixture
def flags(spec: StackSpec) -> list[str]:
    """Traefik's command line."""
    return static_flags(spec, "mcpier-dev-instances")
