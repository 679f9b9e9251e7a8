"""The example of a stack: a template that serves as it stands, and shows what may be said."""

from typing import Any

import pytest
import yaml
from playwright_instance import extra_ca
from playwright_instance.settings import read_settings

from tests.components.recording import PROJECT, Recording, declare, declare_elsewhere

EXAMPLE = (PROJECT / "stacks" / "Pulumi.example.yaml").read_text("utf-8")
# An operator's own: with the example's value, the browser would reach nothing.
BARRIERS = {"MCPIER_PROXY", "PLAYWRIGHT_MCP_ALLOWED_ORIGINS"}


def config_of(text: str) -> dict[str, Any]:
    """The config of a stack file, without its namespace."""
    found = yaml.safe_load(text)["config"]
    return {key.removeprefix("mcpier:"): value for key, value in found.items()}


@pytest.fixture(scope="module")
def declared() -> Recording:
    """What the example declares as it stands."""
    return declare(config_of(EXAMPLE))


def test_it_declares_the_same_under_another_hash_seed(declared: Recording) -> None:
    assert declare_elsewhere(PROJECT, config_of(EXAMPLE), hash_seed="4711") == declared


def test_its_running_instance_starts_and_reaches_the_internet(declared: Recording) -> None:
    instances = [
        container
        for container in declared.of("container").values()
        if container.labels.get("mcpier.role") == "instance"
    ]
    (demo,) = instances
    environment = dict(line.split("=", 1) for line in demo.inputs["envs"])
    assert read_settings(environment)[1] == []
    assert extra_ca.problem(environment.get("MCPIER_EXTRA_CA", "")) is None
    assert not BARRIERS & environment.keys()
