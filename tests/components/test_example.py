"""The example of a stack: a template that serves as it stands, and shows what may be said."""

import re
from typing import Any

import yaml
from playwright_instance import extra_ca
from playwright_instance.settings import read_settings

from components.core.parse import parse
from components.instance_types import load_types
from tests.components.recording import PROJECT, declare

EXAMPLE = (PROJECT / "stacks" / "Pulumi.example.yaml").read_text("utf-8")
# A key that stands there as a comment has no space behind its #; prose has one.
COMMENTED_CHOICE = re.compile("^      #(?=[a-z]+[A-Za-z]*:|  )", re.MULTILINE)
# An operator's own: with the example's value, the browser would reach nothing.
BARRIERS = {"MCPIER_PROXY", "PLAYWRIGHT_MCP_ALLOWED_ORIGINS"}


def config_of(text: str) -> dict[str, Any]:
    """The config of a stack file, without its namespace."""
    found = yaml.safe_load(text)["config"]
    return {key.removeprefix("mcpier:"): value for key, value in found.items()}


def test_it_is_good_and_shows_every_choice_of_the_types_that_it_uses() -> None:
    whole = COMMENTED_CHOICE.sub("      ", EXAMPLE)
    (demo, _) = parse("example", config_of(whole), load_types(PROJECT)).instances
    assert set(demo.choices) == {choice.name for choice in demo.type.choices}


def test_its_running_instance_starts_and_reaches_the_internet() -> None:
    instances = [
        container
        for container in declare(config_of(EXAMPLE)).of("container").values()
        if container.labels.get("mcpier.role") == "instance"
    ]
    (demo,) = instances
    environment = dict(line.split("=", 1) for line in demo.inputs["envs"])
    assert read_settings(environment)[1] == []
    assert extra_ca.problem(environment.get("MCPIER_EXTRA_CA", "")) is None
    assert not BARRIERS & environment.keys()
