"""A container that is not what the state says is named, with what differs."""

from typing import Any

import pytest

from console.drift import CONTAINER, SECRET, Host, container_drift

URN = "urn:pulumi:dev::mcpier::docker:index/container:Container::mcp-demo-container"


@pytest.fixture
def resource() -> dict[str, Any]:
    """A container as a state knows it."""
    inputs = {
        "name": "mcpier-dev-mcp-demo",
        "image": "sha256:one",
        "envs": ["LANG=C", "TZ=Etc/UTC"],
        "labels": [{"label": "mcpier.stack", "value": "dev"}],
        "memory": 1024,
        "restart": "unless-stopped",
    }
    return {"urn": URN, "type": CONTAINER, "id": "abc", "inputs": inputs}


@pytest.fixture
def container() -> dict[str, Any]:
    """The same as the engine shows it; the image brings a variable and a label along."""
    return {
        "Id": "abc",
        "Name": "/mcpier-dev-mcp-demo",
        "Image": "sha256:one",
        "State": {"Running": True},
        "Config": {
            "Env": ["TZ=Etc/UTC", "LANG=C", "PATH=/bin"],
            "Labels": {"mcpier.stack": "dev", "maintainer": "somebody"},
        },
        "HostConfig": {"Memory": 1024 << 20, "RestartPolicy": {"Name": "unless-stopped"}},
    }


def problems(resource: dict[str, Any], *containers: dict[str, Any]) -> list[str]:
    """What is said of one container, on a host that has these."""
    image = {"Config": {"Env": ["PATH=/bin", "LANG=POSIX"], "Labels": {"maintainer": "somebody"}}}
    host = Host(
        containers={found["Id"]: found for found in containers}, images={"sha256:one": image}
    )
    return [problem for drift in container_drift([resource], host) for problem in drift.problems]


def test_a_container_that_is_as_declared_is_not_named(
    resource: dict[str, Any], container: dict[str, Any]
) -> None:
    assert problems(resource, container) == []


def test_a_container_that_is_gone_is_named(resource: dict[str, Any]) -> None:
    assert problems(resource) == ["is gone"]


def test_a_container_that_stands_still_is_named_and_not_replaced(
    resource: dict[str, Any], container: dict[str, Any]
) -> None:
    container["State"]["Running"] = False
    (drift,) = container_drift([resource], Host(containers={"abc": container}, images={}))
    assert "stands still" in drift.problems
    assert problems(resource, container) == ["stands still"]


def test_variables_and_labels_that_differ_are_named_without_their_values(
    resource: dict[str, Any], container: dict[str, Any]
) -> None:
    container["Config"] |= {
        "Env": ["LANG=canary", "PATH=/bin", "ADDED=canary"],
        "Labels": {"mcpier.stack": "canary", "traefik.added": "canary", "desktop.x": "canary"},
    }
    found = problems(resource, container)
    assert found == [
        "has variable ADDED",
        "variable LANG is changed",
        "variable TZ is gone",
        "label mcpier.stack is changed",
        "has label traefik.added",
    ]


def test_another_image_limit_or_restart_policy_is_named(
    resource: dict[str, Any], container: dict[str, Any]
) -> None:
    container["HostConfig"] = {"Memory": 512 << 20, "RestartPolicy": {"Name": "no"}}
    resource["inputs"]["image"] = "sha256:two"
    assert problems(resource, container) == [
        "runs another image",
        "may use 512 MiB, not 1024",
        "has restart policy no",
    ]


def test_what_was_made_anew_under_a_containers_name_is_an_impostor(
    resource: dict[str, Any], container: dict[str, Any]
) -> None:
    container |= {"Id": "other"}
    host = Host(containers={"other": container}, images={})
    (drift,) = container_drift([resource], host)
    assert drift.impostor == "other"
    assert drift.problems[0] == "was made anew, not by Pulumi"


def test_variables_that_the_state_holds_encrypted_are_not_compared(
    resource: dict[str, Any], container: dict[str, Any]
) -> None:
    secret = "1b47061264138c4ac30d75fd1eb44270"
    resource["inputs"]["envs"] = {SECRET: secret, "ciphertext": "v1:…"}
    assert problems(resource, container) == []
