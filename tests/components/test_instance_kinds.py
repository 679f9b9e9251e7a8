"""What a type's further keys make of an instance's containers, networks, labels and images."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.core.secrets import Root
from tests.components.recording import PLAIN, ROOT, Recorded, Recording, declare

PAGER: dict[str, Any] = PLAIN | {
    "endpoints": {
        "mcp": {"path": "/mcp", "scheme": "https"},
        "hook": {"path": "/", "port": 9000, "auth": "none"},
    },
    "capabilities": {"NET_RAW": "it pings."},
    "outside": "nothing",
    "secrets": {"password": {"kind": "password"}},
    "secretVariables": "environment",
    "sidecars": {
        "queue": {
            "image": "ghcr.io/example/queue:1",
            "secrets": {"password": {"kind": "password"}},
            "volumes": {"data": {"path": "/data"}},
            "health": {"check": "tcp", "port": 5672, "startPeriodSeconds": 150},
        }
    },
}
CANARY = "canary-of-the-environment"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    folder: Path = tmp_path_factory.mktemp("types") / "pager"
    folder.mkdir()
    (folder / "type.yaml").write_text(yaml.safe_dump(PAGER))
    (folder / "Dockerfile").write_text("FROM scratch\n")
    stdio = {"type": "stdio", "command": ["serve"]}
    return declare(
        {
            "domain": "mcp.example.org",
            "typePaths": [str(folder)],
            "instances": {
                "page": {"type": "pager", "tokens": ["alice"]},
                "one": stdio | {"packages": {"npm": ["a@1.0.0"]}},
                "same": stdio | {"packages": {"npm": ["a@1.0.0"]}},
                "two": stdio | {"packages": {"npm": ["a"]}},
            },
            "secrets": {"instances": {"page": {"env": {"LOGIN": CANARY}}}},
        }
    )


@pytest.fixture
def page(recording: Recording) -> Recorded:
    return recording.of("container")["mcp-page-container"]


@pytest.fixture
def queue(recording: Recording) -> Recorded:
    return recording.of("container")["mcp-page_queue-container"]


def networks(container: Recorded) -> list[str]:
    return [item["name"] for item in container.inputs["networksAdvanced"]]


def test_what_reaches_nothing_is_on_the_networks_without_a_way_out(
    recording: Recording, page: Recorded
) -> None:
    assert networks(page) == ["mcpier-dev-offline", "mcpier-dev-mcp-page"]
    made = recording.of("network")
    assert made["networks-offline"].inputs["internal"] is True
    assert made["networks-offline"].inputs["options"] == {
        "com.docker.network.bridge.enable_icc": "false"
    }
    assert made["mcp-page-private"].inputs["internal"] is True
    assert page.labels["traefik.docker.network"] == "mcpier-dev-offline"


def test_the_network_without_a_way_out_is_tried_like_the_other(recording: Recording) -> None:
    assert {"isolation", "isolation-offline"} <= set(recording.of("command"))


def test_a_side_container_is_found_by_its_name_on_the_private_network_alone(
    queue: Recorded,
) -> None:
    (network,) = queue.inputs["networksAdvanced"]
    assert (network["name"], network["aliases"]) == ("mcpier-dev-mcp-page", ["queue"])
    assert queue.labels["mcpier.role"] == "sidecar"
    assert not [label for label in queue.labels if label.startswith("traefik")]


def test_both_containers_get_the_same_password_in_files_of_their_own(
    recording: Recording,
) -> None:
    files = recording.of("command")["instance-secrets-files"].written["files"]
    contents = [file["content"] for file in files]
    assert contents.count(Root.password(ROOT, "page", "password")) == 2
    assert {"mcp-page-secrets", "mcp-page_queue-secrets"} <= set(recording.of("volume"))


def test_an_open_endpoint_passes_no_gate_and_takes_no_claims(page: Recorded) -> None:
    router = "traefik.http.routers.hook-page"
    assert page.labels[f"{router}.service"] == "hook-page"
    assert page.labels[f"{router}.middlewares"] == "unclaimed@file"
    assert page.labels["traefik.http.routers.mcp-page.service"] == "gated-mcp-page@file"


def test_traefik_speaks_https_to_an_endpoint_that_does(
    recording: Recording, page: Recorded
) -> None:
    service = "traefik.http.services.mcp-page.loadbalancer"
    assert page.labels[f"{service}.server.scheme"] == "https"
    assert page.labels[f"{service}.serverstransport"] == "unverified@file"
    written = str(recording.of("command")["traefik-files"].written)
    assert "insecureSkipVerify" in written and "unclaimed" in written


def test_secret_variables_of_the_environment_are_marked_as_secret(page: Recorded) -> None:
    assert f"LOGIN={CANARY}" in page.inputs["envs"]
    assert page.secret == ["envs"]


def test_a_kept_capability_is_the_only_one(page: Recorded) -> None:
    assert page.inputs["capabilities"] == {"adds": ["CAP_NET_RAW"], "drops": ["ALL"]}


def test_a_probed_container_has_the_probe_and_waits_for_it(queue: Recorded) -> None:
    check = queue.inputs["healthcheck"]
    assert check["tests"][1:] == ["/run/mcpier-probe/probe", "4", "tcp", "5672"]
    assert (check["startPeriod"], check["startInterval"]) == ("2m30s", "1s")
    mounts = {item["target"]: item.get("readOnly") for item in queue.inputs["mounts"]}
    assert mounts["/run/mcpier-probe"] is True
    assert "probe-files" in queue.depends_on


def test_instances_with_the_same_packages_share_an_image(recording: Recording) -> None:
    containers = recording.of("container")
    images = [containers[f"mcp-{id_}-container"].inputs["image"] for id_ in ("one", "same", "two")]
    assert images[0] == images[1] != images[2]
    assert all(image.startswith("id of mcpier/stdio:") for image in images)


def test_what_unpinned_packages_came_to_is_asked_of_their_image_alone(
    recording: Recording,
) -> None:
    asked = [name for name in recording.of("command") if name.endswith("-installed")]
    assert len(asked) == 1


def test_a_deploy_waits_as_long_as_the_slowest_health_check_may_take(recording: Recording) -> None:
    waiting = json.loads(recording.of("command")["readiness"].inputs["stdin"])
    # Of the queue: 150 s to start, then three rounds of an interval and a timeout.
    assert (waiting["timeout"], waiting["patience"]) == (150 + 3 * (5 + 5), 2 * (5 + 5))
