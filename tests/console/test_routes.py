"""A host that forgets its route to authgate while that is gone."""

import pytest

from components.core.parse import parse
from console.exposure import DockerHost
from console.findings import Finding
from console.routes import routes
from tests.console.conftest import Programs

SPEC = parse("dev", {"domain": "mcp.example.org"}, [])
ID = "0123456789abcdef" * 4


def found(programs: Programs, *forgetful: str, network: str = "mcpier-dev-gate") -> list[Finding]:
    """What is found on a host that leaves out routes of these interfaces."""
    programs.answer("docker network ls", f"{ID}\t{network}\n")
    programs.answer("docker network inspect", [{"Id": ID}])
    host = DockerHost(free=1, listeners=[], forgetful=forgetful)
    return list(routes(SPEC, lambda: host))


@pytest.mark.parametrize("interface", ["all", "br-0123456789ab"])
def test_it_is_named_with_what_to_type(programs: Programs, interface: str) -> None:
    (finding,) = found(programs, "lo", interface)
    assert "while authgate is gone" in finding.what
    typed = f"sysctl -w net.ipv4.conf.{interface}.ignore_routes_with_linkdown=0;"
    assert f"type on that host: {typed}" in finding.remedy
    assert finding.remedy.count("sysctl -w") == 1
    assert finding.serious


def test_other_interfaces_do_not_matter(programs: Programs) -> None:
    assert found(programs, "br-fedcba987654", "default") == []


def test_a_stack_that_is_not_deployed_has_no_such_route(programs: Programs) -> None:
    assert found(programs, "all", network="mcpier-dev-instances") == []
