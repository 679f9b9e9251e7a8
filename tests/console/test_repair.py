"""A stack is taken up where a killed update left it."""

import pytest

from console.pulumi import Pulumi
from console.repair import known_ids, repair
from tests.console.conftest import Programs

URN = "urn:pulumi:dev::mcpier::docker:index/container:Container::traefik"


@pytest.fixture
def pulumi(programs: Programs) -> Pulumi:
    return Pulumi.of("dev")


def test_a_component_has_no_id_on_the_host() -> None:
    resources = [{"urn": URN, "id": "abc"}, {"urn": "urn:pulumi:dev::mcpier::component"}]
    assert known_ids(resources) == {"abc"}


def test_where_all_is_well_nothing_is_done(pulumi: Pulumi, programs: Programs) -> None:
    programs.answer("pulumi stack export", {"deployment": {"resources": [{"id": "abc"}]}})
    programs.answer("docker container ls", "abc\tmcpier-dev-traefik\n")
    repair(pulumi)
    assert [call.split()[1:3] for call in programs.calls("pulumi")] == [["stack", "export"]]
    assert [call.split()[2] for call in programs.calls("docker")] == ["ls", "ls"]


def test_a_container_that_the_state_does_not_know_is_named_and_removed(
    pulumi: Pulumi, programs: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    programs.answer("pulumi stack export", {"deployment": {"resources": [{"id": "abc"}]}})
    programs.answer("docker container ls", "abc\tmcpier-dev-traefik\ndef\tmcpier-dev-mcp-a\n")
    programs.answer("docker network ls", "fed\tmcpier-dev-control\n")
    repair(pulumi)
    assert [call for call in programs.calls("docker") if " rm " in call] == [
        "docker container rm --force def",
        "docker network rm fed",
    ]
    told = capsys.readouterr().out
    assert "Removing container mcpier-dev-mcp-a" in told
    assert "Removing network mcpier-dev-control" in told


def test_only_what_carries_the_stacks_label_is_looked_at(
    pulumi: Pulumi, programs: Programs
) -> None:
    repair(pulumi)
    assert all("--filter label=mcpier.stack=dev " in call for call in programs.calls("docker"))
    assert "--all" in programs.calls("docker")[0]


def test_creates_that_never_ended_are_cleared(pulumi: Pulumi, programs: Programs) -> None:
    pending = [{"type": "creating", "resource": {"urn": URN}}]
    programs.answer("pulumi stack export", {"deployment": {"pending_operations": pending}})
    repair(pulumi)
    assert [call for call in programs.calls("pulumi") if "refresh" in call] == [
        "pulumi refresh --yes --skip-preview --clear-pending-creates --stack dev --non-interactive"
    ]


def test_a_stack_that_never_deployed_needs_no_repair(pulumi: Pulumi, programs: Programs) -> None:
    programs.answer("pulumi stack export", {"version": 3, "deployment": None})
    repair(pulumi)
    assert len(programs.calls("pulumi")) == 1
