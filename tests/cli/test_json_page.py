"""docs/outputs.md lists what commands print as JSON."""

import json
from typing import Any

from tests.cli.operator import Operator
from tests.docs.tables import unlisted, unmet


def hold(command: str, *printed: Any) -> None:
    """What a command printed has the keys and types of the page, and no others."""
    assert unlisted(command, *printed) == []
    assert unmet(command, *printed) == []


def test_the_status_is_as_listed(operator: Operator) -> None:
    hold("mcpier status", operator.json("status"))


def test_a_connection_is_as_listed(operator: Operator) -> None:
    hold("mcpier connect", operator.json("connect", "echo"))


def test_a_way_into_the_portal_is_as_listed(operator: Operator) -> None:
    hold("mcpier portal", operator.json("portal"), operator.json("portal", "--token"))


def test_the_list_of_tokens_is_as_listed(operator: Operator) -> None:
    hold("mcpier token list", operator.json("token", "list"))


def test_findings_are_as_listed(operator: Operator) -> None:
    lost = operator.types("doctor", "--json", DOCKER_HOST="unix:///nowhere.sock")
    assert lost.returncode == 1
    hold("mcpier doctor", json.loads(lost.stdout))
