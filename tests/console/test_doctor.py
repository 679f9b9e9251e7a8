"""The doctor says what is wrong in words, whatever is wrong."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from console import pulumi
from console.doctor import checks
from console.edge import Edge
from console.findings import Finding
from tests.console.conftest import Programs

STACK = """
config:
  mcpier:domain: mcpier.localhost
  mcpier:edge: {httpPort: 1, httpsPort: 2, adminPort: 3}
  mcpier:instances:
    demo: {type: playwright, tokens: [alice]}
    idle: {type: playwright, state: stopped, tokens: [bob]}
"""


@pytest.fixture
def look(programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is found wrong, by the title of the check."""
    stacks = tmp_path / "project" / "stacks"
    stacks.mkdir(parents=True)
    (stacks / "Pulumi.dev.yaml").write_text(STACK)
    monkeypatch.setattr(pulumi, "PROJECT", tmp_path / "project")
    programs.answer("docker container exec", "3.7.15\n")
    programs.answer("docker system info", engine())

    def look() -> dict[str, list[Finding]]:
        return {check.title: check.findings() for check in checks("dev")}

    return look


def engine(**changes: Any) -> dict[str, Any]:
    """What a healthy engine tells of itself."""
    now = datetime.now(UTC).isoformat()
    return {"SystemTime": now, "DockerRootDir": "/nowhere", "ServerErrors": None} | changes


def test_a_stack_that_was_never_deployed_is_told_so(programs: Programs, look: Any) -> None:
    programs.answer("pulumi stack output", {})
    found = look()
    assert [each.what for each in found["containers are as declared"]] == ["nothing is deployed"]
    (finding,) = found["demo answers MCP"]
    assert finding.what == "demo is in the stack file and not deployed"
    assert "idle answers MCP" not in found


def test_an_engine_that_does_not_answer_is_one_finding(programs: Programs, look: Any) -> None:
    programs.answer("pulumi stack output", {})
    programs.answer("docker system info", {"ServerErrors": ["Cannot connect to the daemon"]})
    (finding,) = look()["Docker engine"]
    assert "Cannot connect to the daemon" in finding.what
    assert "make up" in finding.remedy


def test_a_clock_that_differs_is_named(programs: Programs, look: Any) -> None:
    programs.answer("pulumi stack output", {})
    programs.answer("docker system info", engine(SystemTime="2020-01-01T00:00:00Z"))
    (finding,) = look()["Docker engine"]
    assert "clock differs" in finding.what


@pytest.mark.parametrize(
    ("version", "good"), [("3.7.15", True), ("3.7.12", False), ("3.10.0", True), ("2.11.0", False)]
)
def test_a_traefik_that_lets_requests_past_the_gate_is_named(
    version: str, good: bool, programs: Programs, look: Any
) -> None:
    programs.answer("pulumi stack output", {})
    programs.answer("docker container exec", f"{version}\n")
    assert (look()["Traefik's version"] == []) is good


def test_an_edge_that_nobody_listens_at_is_a_finding(programs: Programs, look: Any) -> None:
    programs.answer("pulumi stack output", {})
    (finding,) = look()["certificate"]
    assert "nothing answers on mcp-doctor.mcpier.localhost:2" in finding.what


def test_an_instance_is_asked_by_a_token_that_has_not_expired(
    programs: Programs, look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = pulumi.PROJECT / "stacks" / "Pulumi.dev.yaml"
    gone = "{name: %s, expires: '2020-01-01'}"
    file.write_text(STACK.replace("[alice]", f"[{gone % 'alice'}, carol]"))
    clients: Any = {name: {"url": name, "headers": {}} for name in ("alice", "carol")}
    programs.answer("pulumi stack output", {"clients": {"demo": clients}})
    asked: list[str] = []
    monkeypatch.setattr(Edge, "initialize", lambda edge, url, headers: asked.append(url))
    assert look()["demo answers MCP"] == []
    assert asked == ["carol"]
    file.write_text(STACK.replace("[alice]", f"[{gone % 'alice'}, {gone % 'carol'}]"))
    (finding,) = look()["demo answers MCP"]
    assert "alice (2020-01-01), carol (2020-01-01)" in finding.what
    assert asked == ["carol"]


def test_a_check_that_comes_upon_what_nobody_has_foreseen_is_a_finding_among_the_others(
    programs: Programs, look: Any, caplog: pytest.LogCaptureFixture
) -> None:
    programs.answer("pulumi stack output", {})
    programs.answer("docker system info", {"DockerRootDir": "/nowhere"})
    with caplog.at_level("INFO", "console"):
        found = look()
    (finding,) = found["Docker engine"]
    assert finding.what == "it cannot be looked at: KeyError: 'SystemTime'"
    assert "with -v" in finding.remedy
    assert finding.serious
    assert "Traceback" in caplog.text
    assert [each.what for each in found["containers are as declared"]] == ["nothing is deployed"]
