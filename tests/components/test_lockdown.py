"""Every container is locked down; each exception is the one that the design names."""

from collections.abc import Callable

import pytest

from tests.components.recording import Recorded, Recording

ROLES = {
    "authgate": "authgate",
    "docker-reader": "docker-reader",
    "mcp-demo-container": "instance",
    "mcp-docs-container": "instance",
    "portal": "portal",
    "socket-proxy": "socket-proxy",
    "traefik": "traefik",
}
LOCKS: dict[str, Callable[[Recorded], bool]] = {
    "a read-only root": lambda c: c.inputs["readOnly"] is True,
    "no capability that it does not name": lambda c: c.inputs["capabilities"]["drops"] == ["ALL"],
    "no new privileges": lambda c: "no-new-privileges:true" in c.inputs["securityOpts"],
    "a limit of memory": lambda c: c.inputs["memory"] > 0,
    "no swap beyond its memory": lambda c: c.inputs["memorySwap"] == c.inputs["memory"],
    "bounded logs": lambda c: (
        c.inputs["logDriver"] == "json-file"
        and c.inputs["logOpts"] == {"max-file": "3", "max-size": "10m"}
    ),
    "a restart after a failure": lambda c: c.inputs["restart"] == "always",
    "a health check": lambda c: c.inputs["healthcheck"]["tests"][:1] == ["CMD"],
    "its stack's label": lambda c: c.labels["mcpier.stack"] == "dev",
    "its role's label": lambda c: c.labels["mcpier.role"] == ROLES[c.name],
    "time to stop": lambda c: c.inputs["destroyGraceSeconds"] == c.inputs["stopTimeout"] > 0,
    "no core dumps": lambda c: {"name": "core", "soft": 0, "hard": 0} in c.inputs["ulimits"],
    "a network mode that a refresh finds again": lambda c: bool(c.inputs["networkMode"]),
    "no published port": lambda c: not c.inputs.get("ports"),
    "no privileges": lambda c: not c.inputs.get("privileged"),
    "no upload": lambda c: not c.inputs.get("uploads"),
    "its name free before it is made anew": lambda c: c.deleted_first,
    "replacement where an edit would be dropped": lambda c: (
        set(c.replaced_on) == {"healthcheck", "init", "tmpfs"}
    ),
}


@pytest.mark.parametrize("lock", LOCKS.values(), ids=LOCKS)
def test_every_container_has(lock: Callable[[Recorded], bool], recording: Recording) -> None:
    containers = recording.of("container")
    assert sorted(containers) == sorted(ROLES)
    assert [name for name, container in containers.items() if not lock(container)] == []


def test_only_the_socket_proxy_and_the_reader_mount_the_docker_socket(recording: Recording) -> None:
    binds = {
        name: [mount["source"] for mount in container.inputs["mounts"] if mount["type"] != "volume"]
        for name, container in recording.of("container").items()
    }
    assert {name: sources for name, sources in binds.items() if sources} == {
        "docker-reader": ["/var/run/docker.sock"],
        "socket-proxy": ["/var/run/docker.sock"],
    }
    for name in ("docker-reader", "socket-proxy"):
        assert recording.of("container")[name].inputs["networkMode"] == "none"


def test_only_traefik_uses_the_hosts_network_and_has_a_capability(recording: Recording) -> None:
    containers = recording.of("container")
    hosts = [name for name, item in containers.items() if item.inputs["networkMode"] == "host"]
    adds = {name: item.inputs["capabilities"].get("adds") for name, item in containers.items()}
    assert hosts == ["traefik"]
    assert {name: added for name, added in adds.items() if added} == {
        "traefik": ["CAP_NET_BIND_SERVICE"]
    }


def test_only_those_two_write_to_a_volume(recording: Recording) -> None:
    writers = [
        name
        for name, container in recording.of("container").items()
        for mount in container.inputs["mounts"]
        if mount["type"] == "volume" and not mount["readOnly"]
    ]
    assert sorted(writers) == ["docker-reader", "socket-proxy"]


def test_an_instance_runs_as_somebody_without_privileges(recording: Recording) -> None:
    containers = recording.of("container")
    users = {containers[f"mcp-{id_}-container"].inputs["user"] for id_ in ("demo", "docs")}
    assert users == {"1000"}


def test_a_types_profile_reaches_its_containers_as_one_line(recording: Recording) -> None:
    options = recording.of("container")["mcp-demo-container"].inputs["securityOpts"]
    profile = next(option for option in options if option.startswith("seccomp="))
    assert profile.startswith('seccomp={"')
    assert "\n" not in profile


def test_instances_cannot_reach_each_other_and_live_apart_from_the_gate(
    recording: Recording,
) -> None:
    networks = {item.inputs["name"]: item.inputs for item in recording.of("network").values()}
    instances = networks["mcpier-dev-instances"]
    assert instances["options"] == {"com.docker.network.bridge.enable_icc": "false"}
    for part, subnet, gateway in (
        ("gate", "10.9.0.0/29", "10.9.0.1"),
        ("control", "10.9.0.8/29", "10.9.0.9"),
    ):
        network = networks[f"mcpier-dev-{part}"]
        assert network["internal"] is True
        assert network["ipamConfigs"] == [{"subnet": subnet, "gateway": gateway}]
    homes = {
        name: [network["name"] for network in container.inputs.get("networksAdvanced", [])]
        for name, container in recording.of("container").items()
    }
    assert homes == {
        "authgate": ["mcpier-dev-gate", "mcpier-dev-control"],
        "docker-reader": [],
        "mcp-demo-container": ["mcpier-dev-instances"],
        "mcp-docs-container": ["mcpier-dev-instances"],
        "portal": ["mcpier-dev-control"],
        "socket-proxy": [],
        "traefik": [],
    }


def test_gate_and_portal_have_the_addresses_that_traefik_asks(recording: Recording) -> None:
    addresses = {"authgate": ["10.9.0.2", "10.9.0.10"], "portal": ["10.9.0.11"]}
    for name, expected in addresses.items():
        networks = recording.of("container")[name].inputs["networksAdvanced"]
        assert [network["ipv4Address"] for network in networks] == expected


def test_every_network_and_volume_is_labelled_too(recording: Recording) -> None:
    unlabelled = [
        item.name
        for kind in ("network", "volume")
        for item in recording.of(kind).values()
        if item.labels.get("mcpier.stack") != "dev" or not item.labels.get("mcpier.role")
    ]
    assert unlabelled == []


def test_an_instances_parts_tell_which_it_is(recording: Recording) -> None:
    for item in (
        recording.of("container")["mcp-demo-container"],
        recording.of("volume")["mcp-demo-secrets"],
    ):
        assert item.labels["mcpier.instance"] == "demo"
        assert item.labels["mcpier.type"] == "playwright"
