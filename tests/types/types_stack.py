"""A stack with an instance of every shipped type but the browser, and of types of the tests'."""

import re
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.deployment import BASES
from tests.places import place

PROJECT = Path(__file__).resolve().parents[2]
PAGE = PROJECT / "docs" / "adding-a-type.md"
STACK = "e2e-types"
DOMAIN = "types.mcpier.localhost"
PLACE = place(STACK)
HTTPS_PORT = PLACE.https_port
# The image of the type `everything`, under a name of the tests.
READY = "mcpier/test-ready:1"
FENCE = re.compile(r"^```(\w+) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


INSTANCES: dict[str, dict[str, Any]] = {
    "every": {"type": "everything"},
    "ready": {"type": "image", "image": READY, "outside": "nothing"},
    "clock": {
        "type": "stdio",
        "packages": {"pip": ["mcp-server-time"]},
        "command": ["mcp-server-time"],
        "outside": "nothing",
    },
    "shell": {"type": "shell"},
    "books": {"type": "postgres"},
    "seen": {"type": "seen"},
    "open": {"type": "open"},
}


def config(added: dict[str, Any]) -> dict[str, Any]:
    """The stack's file; `added` is what the page about adding a type has one write there."""
    tokens = {"tokens": ["alice"]}
    instances = {id_: instance | tokens for id_, instance in INSTANCES.items()}
    return {
        "mcpier:domain": DOMAIN,
        "mcpier:edge": PLACE.edge,
        "mcpier:tls": {"mode": "self-signed"},
        "mcpier:bases": BASES,
        **added,
        "mcpier:instances": instances | added["mcpier:instances"],
    }


def page_config() -> dict[str, Any]:
    """What the page about adding a type has one write into the stack's file."""
    found: dict[str, Any] = yaml.safe_load(page_files()["stack"])
    return found


def page_files() -> dict[str, str]:
    """The files and the stack file's part that the page about adding a type shows, by name."""
    return {name: text for _, name, text in FENCE.findall(PAGE.read_text("utf-8"))}
