"""A stack is taken up where a killed update left it."""

from typing import Any

import pytest

from console.drift import CONTAINER
from console.errors import ConsoleError
from console.pulumi import Pulumi
from console.repair import (
    COMMAND,
    IMAGE,
    NETWORK,
    VOLUME,
    flags_for_lost,
    known_ids,
    repair,
)
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
    assert repair(pulumi, pulumi.deployment()) == []
    assert [call.split()[1:3] for call in programs.calls("pulumi")] == [["stack", "export"]]
    assert {call.split()[2] for call in programs.calls("docker")} == {"ls", "inspect"}


def test_after_a_killed_update_what_the_state_does_not_know_is_named_and_removed(
    pulumi: Pulumi, programs: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    pending = [{"type": "creating", "resource": {"urn": URN}}]
    deployment = {"resources": [{"id": "abc"}], "pending_operations": pending}
    programs.answer("pulumi stack export", {"deployment": deployment})
    programs.answer("docker container ls", "abc\tmcpier-dev-traefik\ndef\tmcpier-dev-mcp-a\n")
    programs.answer("docker network ls", "fed\tmcpier-dev-control\n")
    repair(pulumi, pulumi.deployment())
    assert [call for call in programs.calls("docker") if " rm " in call] == [
        "docker container rm --force def",
        "docker network rm fed",
    ]
    told = capsys.readouterr().out
    assert "Removing container mcpier-dev-mcp-a" in told
    assert "Removing network mcpier-dev-control" in told
    assert all(
        "--filter label=mcpier.stack=dev " in call
        for call in programs.calls("docker")
        if " ls " in call and "image" not in call
    )


def test_without_a_killed_update_what_the_state_does_not_know_is_left_alone(
    pulumi: Pulumi, programs: Programs
) -> None:
    programs.answer("pulumi stack export", {"deployment": {"resources": [{"id": "abc"}]}})
    programs.answer("docker container ls", "def\tmcpier-dev-mcp-a\n")
    repair(pulumi, pulumi.deployment())
    assert [call for call in programs.calls("docker") if " rm " in call] == []


def test_a_platform_that_an_empty_state_knows_nothing_of_is_refused_and_left_alone(
    pulumi: Pulumi, programs: Programs
) -> None:
    programs.answer("docker container ls", "def\tmcpier-dev-traefik\n")
    with pytest.raises(ConsoleError) as caught:
        repair(pulumi, pulumi.deployment())
    assert (
        "the host has parts of stack dev (container mcpier-dev-traefik), but the state in file://"
        in (caught.value.what)
    )
    assert "PULUMI_BACKEND_URL" in caught.value.remedy
    assert [call for call in programs.calls("docker") if " rm " in call] == []


@pytest.mark.parametrize(
    ("kinds", "line"),
    [
        (
            ("container", "network", "volume"),
            "docker rm -f a b && docker network rm a b && docker volume rm a b",
        ),
        (("network",), "docker network rm a b"),
        (("volume",), "docker volume rm a b"),
    ],
)
def test_all_that_was_deployed_from_elsewhere_is_removed_by_the_line_that_is_given(
    pulumi: Pulumi, programs: Programs, kinds: tuple[str, ...], line: str
) -> None:
    for kind in kinds:
        programs.answer(f"docker {kind} ls", "1\ta\n2\tb\n")
    with pytest.raises(ConsoleError) as caught:
        repair(pulumi, pulumi.deployment())
    assert all(f"{kind} a, {kind} b" in caught.value.what for kind in kinds)
    assert caught.value.remedy.endswith(f"remove them: {line}")


def test_what_the_host_has_lost_is_made_again_and_filled_again() -> None:
    volumes = [{"urn": f"volume-{name}", "type": VOLUME, "id": name} for name in ("kept", "lost")]
    commands = [
        {"urn": f"fill-{name}", "type": COMMAND, "dependencies": [f"volume-{name}"]}
        for name in ("kept", "lost")
    ]
    resources: list[dict[str, Any]] = [*volumes, *commands]
    replaced = ["--refresh", "--replace", "fill-lost"]
    assert flags_for_lost(resources, {VOLUME: {"kept"}}, ()) == replaced
    assert flags_for_lost(resources, {VOLUME: {"kept", "lost"}}, ()) == []


def test_what_was_changed_is_replaced_with_each_command_that_stands_on_it() -> None:
    container = {"urn": "demo", "type": CONTAINER, "id": "abc"}
    waiting = {"urn": "readiness", "type": COMMAND, "dependencies": ["demo"]}
    present = {CONTAINER: {"abc"}}
    assert flags_for_lost([container, waiting], present, {"demo"}) == [
        "--refresh",
        "--replace",
        "demo",
        "--replace",
        "readiness",
    ]


@pytest.mark.parametrize(
    "resource",
    [
        {"urn": "traefik", "type": CONTAINER, "id": "abc"},
        {"urn": "control", "type": NETWORK, "id": "abc"},
        {"urn": "image", "type": IMAGE, "id": "abcname:tag", "outputs": {"imageId": "abc"}},
    ],
)
def test_a_container_network_or_image_that_is_gone_calls_for_a_refresh(
    resource: dict[str, Any],
) -> None:
    kind = resource["type"]
    assert flags_for_lost([resource], {kind: set()}, ()) == ["--refresh"]
    assert flags_for_lost([resource], {kind: {"abc"}}, ()) == []


def test_creates_that_never_ended_are_cleared(pulumi: Pulumi, programs: Programs) -> None:
    pending = [{"type": "creating", "resource": {"urn": URN}}]
    programs.answer("pulumi stack export", {"deployment": {"pending_operations": pending}})
    repair(pulumi, pulumi.deployment())
    assert [call for call in programs.calls("pulumi") if "refresh" in call] == [
        "pulumi refresh --yes --skip-preview --clear-pending-creates --stack dev --non-interactive"
    ]


def test_a_stack_that_never_deployed_needs_no_repair(pulumi: Pulumi, programs: Programs) -> None:
    programs.answer("pulumi stack export", {"version": 3, "deployment": None})
    repair(pulumi, pulumi.deployment())
    assert len(programs.calls("pulumi")) == 1
