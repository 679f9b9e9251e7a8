"""Parts are made in the order in which they rest on each other, and removed in the reverse one."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from tests.e2e.deployment import Deployment, left_on_host, remove_images, sweep
from tests.e2e.light_stack import STACK, LightStack

pytestmark = pytest.mark.soak
# Among these a logical name is no other's.
ORDERED = (
    "command:local:Command",
    "docker:index/container:Container",
    "docker:index/network:Network",
)
# Each before the next; by their logical names.
CHAINS = [
    ["traefik-files", "traefik", "authgate", "mcp-steady-container", "readiness"],
    ["socket-proxy", "traefik"],
    ["networks-control", "traefik"],
    ["networks-gate", "traefik"],
    ["networks-instances", "isolation", "mcp-steady-container"],
    ["authgate-registry", "authgate"],
]


@dataclass(frozen=True, kw_only=True)
class Events:
    """When each resource was begun and ended, as places in an event log."""

    begun: dict[str, int]
    ended: dict[str, int]

    @classmethod
    def read(cls, log: Path) -> "Events":
        """Of an update; a preview's events before it are left out."""
        begun: dict[str, int] = {}
        ended: dict[str, int] = {}
        for place, line in enumerate(log.read_text().splitlines()):
            event = json.loads(line)
            for kind, found in (("resourcePreEvent", begun), ("resOutputsEvent", ended)):
                step = event.get(kind, {})
                if step and not step.get("planning") and step["metadata"]["type"] in ORDERED:
                    found[step["metadata"]["urn"].rpartition("::")[2]] = place
        return cls(begun=begun, ended=ended)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[LightStack]:
    """A stack of which nothing is up; its commands write Pulumi's events beside it."""
    sweep(STACK)
    made = LightStack.make(tmp_path)
    logged = Deployment(
        directory=made.deployment.directory,
        stack=STACK,
        environ={
            **made.deployment.environ,
            "PULUMI_DEBUG_COMMANDS": "true",
            "PULUMI_OPTION_EVENT_LOG": str(tmp_path / "events"),
        },
    )
    yield LightStack(deployment=logged)
    sweep(STACK)
    remove_images("mcpier/echo")


def test_the_order_holds_both_ways(stack: LightStack, tmp_path: Path) -> None:
    log = tmp_path / "events"
    stack.up()
    made = Events.read(log)
    log.unlink()
    destroyed = stack.deployment.make_target("destroy")
    assert destroyed.returncode == 0, destroyed.stdout
    removed = Events.read(log)
    for chain in CHAINS:
        for first, then in pairwise(chain):
            assert made.ended[first] < made.begun[then], f"{then} did not wait for {first}"
            assert removed.ended[then] < removed.begun[first], f"{first} went before {then}"
    assert left_on_host(STACK) == []
