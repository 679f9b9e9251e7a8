"""The containers that keep metrics: locked down like all others, and needed by none."""

import copy
import json

import pytest

from tests.components.recording import STACK, Recording, declare
from tests.components.test_lockdown import LOCKS

KEPT = {"observability": {"port": 9090, "retentionDays": 30, "retentionMiB": 512}}
PARTS = ("prometheus", "exporter")


@pytest.fixture(scope="module")
def kept() -> Recording:
    """The stack, with metrics kept and an instance protected."""
    config = copy.deepcopy(STACK) | KEPT
    config["instances"]["demo"]["protect"] = True
    return declare(config)


@pytest.mark.parametrize("part", PARTS)
def test_both_are_locked_down_like_every_container(kept: Recording, part: str) -> None:
    container = kept.of("container")[part]
    locks = {name: lock for name, lock in LOCKS.items() if name != "its role's label"}
    assert [name for name, lock in locks.items() if not lock(container)] == []
    assert container.labels["mcpier.role"] == part
    assert not container.inputs["capabilities"].get("adds")


def test_they_are_on_the_control_network_alone_each_at_its_address(kept: Recording) -> None:
    networks = {part: kept.of("container")[part].inputs["networksAdvanced"] for part in PARTS}
    assert networks == {
        "prometheus": [{"name": "mcpier-dev-control", "ipv4Address": "10.9.0.12"}],
        "exporter": [{"name": "mcpier-dev-control", "ipv4Address": "10.9.0.13"}],
    }


def test_prometheus_knows_its_targets_by_name_and_keeps_what_it_is_told_to(kept: Recording) -> None:
    inputs = kept.of("container")["prometheus"].inputs
    assert {each["host"]: each["ip"] for each in inputs["hosts"]} == {
        "authgate": "10.9.0.10",
        "exporter": "10.9.0.13",
        "traefik": "10.9.0.9",
    }
    assert "--storage.tsdb.retention.time=30d" in inputs["command"]
    assert "--storage.tsdb.retention.size=512MB" in inputs["command"]
    (data,) = inputs["mounts"]
    assert (data["source"], data["readOnly"]) == ("mcpier-dev-prometheus", False)


def test_the_exporter_reads_a_socket_of_its_own_and_no_docker_socket(kept: Recording) -> None:
    exporter, proxy, traefik = (
        {mount["source"]: mount for mount in kept.of("container")[name].inputs["mounts"]}
        for name in ("exporter", "socket-proxy", "traefik")
    )
    assert list(exporter) == ["mcpier-dev-metrics-proxy"]
    assert exporter["mcpier-dev-metrics-proxy"]["readOnly"] is True
    assert {"mcpier-dev-metrics-proxy", "/var/run/docker.sock"} < set(proxy)
    assert "mcpier-dev-metrics-proxy" not in traefik
    assert kept.of("container")["socket-proxy"].inputs["envs"] == ["MCPIER_STACK=dev"]


def test_no_instance_and_no_other_part_is_changed_by_it(
    kept: Recording, recording: Recording
) -> None:
    before, after = recording.of("container"), kept.of("container")
    changed = {name for name, item in before.items() if item.inputs != after[name].inputs}
    assert changed == {"socket-proxy", "traefik"}
    assert set(after) - set(before) == set(PARTS)


def test_a_deploy_waits_until_they_are_healthy_and_no_instance_does(kept: Recording) -> None:
    readiness = kept.of("command")["readiness"]
    assert {"exporter", "prometheus"} < set(readiness.depends_on)
    awaited = {item["part"] for item in json.loads(readiness.inputs["stdin"])["containers"]}
    assert {"Prometheus", "The exporter"} < awaited
    for name, container in kept.of("container").items():
        if name.startswith("mcp-"):
            assert not set(PARTS) & set(container.depends_on)


def test_a_protected_instance_does_not_need_them(kept: Recording) -> None:
    assert not set(PARTS) & set(kept.of("protection")["protection"].depends_on)


def test_traefik_waits_for_the_network_on_which_its_metrics_are(recording: Recording) -> None:
    assert "networks-control" in recording.of("container")["traefik"].depends_on
