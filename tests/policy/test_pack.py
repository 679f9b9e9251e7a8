"""What the pack makes of the data that Pulumi hands it, and of mcpier itself."""

import pytest
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from policy.pack import RULES, known, policies
from policy.processes import unlimited
from policy.rule import COMMAND, CONTAINER, Resource, Rule
from tests.components.recording import Recording, declare


@pytest.fixture(scope="module")
def recording() -> Recording:
    """A stack with an instance of each kind, as a first deploy declares it."""
    return declare()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_what_mcpier_declares_passes(rule: Rule, recording: Recording) -> None:
    declared = [item for item in recording.resources if item.type == rule.type]
    assert declared
    found = {
        item.name: list(map(str, rule.check(Resource(stack="dev", props=item.inputs))))
        for item in declared
        # The mocks give an image no id that is one.
        if rule.name != "pinned-image"
    }
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_every_container_that_mcpier_declares_gets_a_limit_of_processes(
    recording: Recording,
) -> None:
    names = {
        item.name: item.inputs["name"] for item in recording.resources if item.type == CONTAINER
    }
    commands = [item.inputs for item in recording.resources if item.type == COMMAND]
    assert len(names) == 7
    assert dict(unlimited(names, commands)) == {}


def test_what_a_preview_does_not_know_is_left_out() -> None:
    handed = unknown_checking_proxy(
        {
            "image": UNKNOWN_STRING_VALUE,
            "mounts": [{"source": UNKNOWN_STRING_VALUE, "target": "/registry"}],
            "command": [UNKNOWN_STRING_VALUE, "serve"],
            "memory": 64.0,
        }
    )
    assert known(handed) == {
        "mounts": [{"target": "/registry"}],
        "command": ["serve"],
        "memory": 64.0,
    }


def test_every_policy_has_a_name_of_its_own() -> None:
    names = [policy.name for policy in policies()]
    assert len(names) == len(set(names)) == len(RULES) + 1


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_no_rule_stumbles_over_a_preview_that_knows_next_to_nothing(rule: Rule) -> None:
    props = {
        "labels": [{"label": "mcpier.role"}, {"label": "traefik.enable", "value": "true"}],
        "ports": [{}],
        "mounts": [{}],
        "volumes": [{}],
        "devices": [{}],
        "build": {},
    }
    for known_so_far in ({}, props):
        assert all(map(str, rule.check(Resource(stack="dev", props=known_so_far))))
