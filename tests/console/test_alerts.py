"""What the doctor tells of the alerts that Prometheus knows."""

from typing import Any

import pytest

from components.core.parse import parse
from console.alerts import alerts
from console.errors import ConsoleError
from tests.console.conftest import Programs

SPEC = parse("dev", {"domain": "mcp.example.org", "observability": {}}, [])


def alert(name: str, state: str, severity: str) -> dict[str, Any]:
    """An alert as Prometheus's API tells of it."""
    return {
        "labels": {"alertname": name, "severity": severity, "part": "mcp-demo"},
        "annotations": {"summary": "mcp-demo is not well", "runbook": f"docs/runbook.md#{name}"},
        "state": state,
    }


def answered(programs: Programs, *told: dict[str, Any]) -> None:
    programs.answer("docker container exec", {"status": "success", "data": {"alerts": told}})


def test_each_that_fires_is_told_with_its_entry_in_the_runbook(programs: Programs) -> None:
    answered(programs, alert("InstanceUnhealthy", "firing", "critical"))
    (finding,) = alerts(SPEC)
    assert finding.what == "InstanceUnhealthy: mcp-demo is not well"
    assert finding.remedy == "see docs/runbook.md#InstanceUnhealthy"
    assert finding.serious


def test_a_warning_is_not_serious(programs: Programs) -> None:
    answered(programs, alert("MemoryNearLimit", "firing", "warning"))
    (finding,) = alerts(SPEC)
    assert not finding.serious


def test_what_is_only_pending_is_not_told(programs: Programs) -> None:
    answered(programs, alert("InstanceUnhealthy", "pending", "critical"))
    assert list(alerts(SPEC)) == []


def test_a_prometheus_that_is_not_there_is_a_finding(programs: Programs) -> None:
    programs.fail("docker container exec", "No such container: mcpier-dev-prometheus")
    with pytest.raises(ConsoleError, match="No such container"):
        list(alerts(SPEC))
