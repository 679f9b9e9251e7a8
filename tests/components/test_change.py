"""What changes with a change of the config, and what must not."""

import copy
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.components.recording import (
    PROJECT,
    STACK,
    Recorded,
    Recording,
    declare,
    declare_elsewhere,
)


@pytest.fixture
def config() -> dict[str, Any]:
    return copy.deepcopy(STACK)


def changed(before: dict[str, Recorded], after: dict[str, Recorded]) -> list[str]:
    """The names of what came, went or differs."""
    return sorted(name for name in before | after if before.get(name) != after.get(name))


def test_two_runs_declare_the_same_whatever_the_order_of_sets(recording: Recording) -> None:
    assert declare_elsewhere(PROJECT, STACK, hash_seed="4711") == recording


def test_another_checkout_declares_the_same(recording: Recording, tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "node_modules")
    for folder in ("authgate", "components", "image", "portal", "tests/components"):
        shutil.copytree(PROJECT / folder, tmp_path / folder, ignore=ignored)
    assert declare_elsewhere(tmp_path, STACK, hash_seed="0") == recording


def test_no_input_names_the_checkout(recording: Recording) -> None:
    assert str(PROJECT) not in json.dumps([dict(item.inputs) for item in recording.resources])


def test_a_first_preview_declares_what_the_deploy_declares(recording: Recording) -> None:
    preview = declare(preview=True)
    assert [(item.type, item.name) for item in preview.resources] == [
        (item.type, item.name) for item in recording.resources
    ]
    assert preview.of("container") == recording.of("container")


def test_adding_an_instance_leaves_its_siblings_and_the_edge_alone(
    config: dict[str, Any], recording: Recording
) -> None:
    config["instances"]["added"] = {"type": "playwright", "tokens": ["bob"]}
    added = declare(config)
    assert changed(recording.docker(), added.docker()) == [
        "docker:index/container:Container/mcpier-dev-mcp-added",
        "docker:index/volume:Volume/mcpier-dev-mcp-added-secrets",
    ]
    assert changed(recording.of("command"), added.of("command")) == [
        "authgate-registry",
        "instance-secrets-files",
        "isolation",
        "portal-stack",
        "readiness",
        "traefik-files",
    ]


def test_a_new_token_touches_nothing_but_the_registry(
    config: dict[str, Any], recording: Recording
) -> None:
    config["instances"]["demo"]["tokens"] = ["alice", {"name": "ci", "generation": 2}, "bob"]
    rotated = declare(config)
    before = {f"{item.type} {item.name}": item for item in recording.resources}
    after = {f"{item.type} {item.name}": item for item in rotated.resources}
    assert changed(before, after) == ["command:local:Command authgate-registry"]


def test_a_renewed_certificate_touches_no_container(
    config: dict[str, Any], recording: Recording
) -> None:
    renewed = declare(config | {"tls": {"generation": 2}})
    assert changed(recording.docker(), renewed.docker()) == []
    assert changed(recording.of("command"), renewed.of("command")) == [
        "traefik-files",
        "vault-certificate-issued",
    ]


def test_stopping_an_instance_removes_its_container_only(
    config: dict[str, Any], recording: Recording
) -> None:
    config["instances"]["demo"]["state"] = "stopped"
    assert changed(recording.docker(), declare(config).docker()) == [
        "docker:index/container:Container/mcpier-dev-mcp-demo"
    ]


def test_a_stopped_instance_keeps_its_secrets_and_its_record(recording: Recording) -> None:
    assert "mcp-resting-container" not in recording.of("container")
    assert "mcp-resting-secrets" in recording.of("volume")
    commands = recording.of("command")
    records = json.loads(commands["authgate-registry"].inputs["stdin"])["instances"]
    assert [record["state"] for record in records if record["id"] == "resting"] == ["stopped"]
    files = commands["instance-secrets-files"].written["files"]
    assert [file["path"] for file in files if "/resting/" in file["path"]] == [
        "/volumes/resting/vnc-password",
        "/volumes/resting/vnc-watch-password",
    ]


def test_plain_variables_reach_one_container_alone(
    config: dict[str, Any], recording: Recording
) -> None:
    config["instances"]["demo"]["env"] = {"SHOP": "https://shop.example"}
    varied = declare(config)
    assert changed(recording.docker(), varied.docker()) == [
        "docker:index/container:Container/mcpier-dev-mcp-demo"
    ]
    container = varied.of("container")["mcp-demo-container"]
    assert "SHOP=https://shop.example" in container.inputs["envs"]


def test_a_changed_secret_variable_makes_one_container_anew(config: dict[str, Any]) -> None:
    config["instances"]["second"] = {"type": "playwright"}

    def given(value: str) -> Recording:
        secrets = {"demo": {"env": {"LOGIN": value}}, "second": {"env": {"LOGIN": "same"}}}
        return declare(config | {"secrets": {"instances": secrets}})

    before, after = given("before"), given("after")
    assert changed(before.docker(), after.docker()) == [
        "docker:index/container:Container/mcpier-dev-mcp-demo"
    ]
    assert changed(before.of("command"), after.of("command")) == ["instance-secrets-files"]


def test_a_secret_variable_is_a_file_of_the_instances_user(config: dict[str, Any]) -> None:
    secrets = {"instances": {"docs": {"env": {"LOGIN": "canary"}}}}
    given = declare(config | {"secrets": secrets})
    files = given.of("command")["instance-secrets-files"].written["files"]
    (file,) = [file for file in files if file["path"].startswith("/volumes/docs/")]
    assert file == {
        "path": "/volumes/docs/env/LOGIN",
        "content": "canary",
        "mode": "0400",
        "uid": "1000",
    }
    (mount,) = given.of("container")["mcp-docs-container"].inputs["mounts"]
    assert (mount["source"], mount["target"]) == (
        "mcpier-dev-mcp-docs-secrets",
        "/run/secrets/mcpier",
    )


def test_a_volume_that_a_choice_asks_for_is_mounted_to_be_written_and_outlives_a_stop(
    config: dict[str, Any], recording: Recording
) -> None:
    config["instances"]["demo"]["profile"] = "persistent"
    kept = declare(config)
    assert changed(recording.docker(), kept.docker()) == [
        "docker:index/container:Container/mcpier-dev-mcp-demo",
        "docker:index/volume:Volume/mcpier-dev-mcp-demo-profile",
    ]
    assert kept.of("volume")["mcp-demo-profile"].labels["mcpier.instance"] == "demo"
    mounts = kept.of("container")["mcp-demo-container"].inputs["mounts"]
    assert {mount["source"]: (mount["target"], mount["readOnly"]) for mount in mounts} == {
        "mcpier-dev-mcp-demo-profile": ("/home/mcpier/profile", False),
        "mcpier-dev-mcp-demo-secrets": ("/run/secrets/mcpier", True),
    }
    config["instances"]["demo"]["state"] = "stopped"
    assert kept.of("volume") == declare(config).of("volume")


def test_a_stack_without_instances_is_a_platform_all_the_same(config: dict[str, Any]) -> None:
    empty = declare(config | {"instances": {}})
    parts = ["authgate", "docker-reader", "portal", "socket-proxy", "traefik"]
    assert sorted(empty.of("container")) == parts
    assert "instance-secrets-files" not in empty.of("command")


def test_a_web_app_takes_the_portals_place(config: dict[str, Any], recording: Recording) -> None:
    other = declare(config | {"webapp": {"url": "http://127.0.0.1:8090"}})
    assert changed(recording.docker(), other.docker()) == [
        "docker:index/container:Container/mcpier-dev-docker-reader",
        "docker:index/container:Container/mcpier-dev-portal",
        "docker:index/volume:Volume/mcpier-dev-docker-reader",
        "docker:index/volume:Volume/mcpier-dev-portal",
    ]
    assert not {"portal", "portalUrl"} & set(other.outputs)


def test_another_operator_touches_nothing_but_the_registry(
    config: dict[str, Any], recording: Recording
) -> None:
    other = declare(config | {"operators": ["operator", "alice"]})
    before = {f"{item.type} {item.name}": item for item in recording.resources}
    after = {f"{item.type} {item.name}": item for item in other.resources}
    assert changed(before, after) == ["command:local:Command authgate-registry"]


def test_instances_of_one_type_share_its_image(
    config: dict[str, Any], recording: Recording
) -> None:
    config["instances"]["docs"]["type"] = "playwright"
    images = declare(config).of("image")
    assert [name for name in images if name.startswith("playwright")] == ["playwright-image"]


def test_a_built_image_is_tagged_by_a_digest_and_stays_when_the_stack_goes(
    recording: Recording,
) -> None:
    built = [item.inputs for item in recording.of("image").values() if "build" in item.inputs]
    assert len(built) == 5
    for image in built:
        assert re.fullmatch(r"mcpier/[a-z-]+:[0-9a-f]{16}", image["name"])
        assert not image["build"]["context"].startswith("/")
    assert all(item.inputs["keepLocally"] is True for item in recording.of("image").values())


def test_another_base_is_another_image(config: dict[str, Any], recording: Recording) -> None:
    other = declare(config | {"bases": {"node": "node:other"}})
    assert changed(recording.of("image"), other.of("image")) == ["playwright-image"]


def test_a_container_takes_its_image_by_id(recording: Recording) -> None:
    image = recording.of("image")["playwright-image"].inputs["name"]
    container = recording.of("container")["mcp-demo-container"]
    assert container.inputs["image"] == f"id of {image}"


def test_whoever_reads_files_waits_until_they_are_written(recording: Recording) -> None:
    waits = {name: set(item.depends_on) for name, item in recording.of("container").items()}
    assert "authgate-registry" in waits["authgate"]
    assert {"traefik-files", "socket-proxy"} <= waits["traefik"]
    assert "instance-secrets-files" in waits["mcp-demo-container"]


def test_no_instance_starts_before_the_network_is_known_to_keep_it_apart(
    recording: Recording,
) -> None:
    probe = recording.of("command")["isolation"]
    assert "networks-instances" in probe.depends_on
    for name in ("mcp-demo-container", "mcp-docs-container"):
        assert "isolation" in recording.of("container")[name].depends_on
    document = json.loads(probe.inputs["stdin"])
    assert document["network"] == "mcpier-dev-instances"
    assert "--network mcpier-dev-instances " in " ".join(document["run"])


def test_no_instance_starts_before_its_image_is_known_to_tell_traefik_nothing(
    recording: Recording,
) -> None:
    check = recording.of("command")["image-labels"]
    images = {item.name for item in recording.of("image").values()}
    assert {"playwright-image", "plain-image"} <= set(check.depends_on) & images
    assert [name for name, _ in json.loads(check.inputs["stdin"])] == [
        "of image/playwright",
        "of image/plain",
    ]
    for name in ("mcp-demo-container", "mcp-docs-container"):
        assert "image-labels" in recording.of("container")[name].depends_on


def test_a_volume_outlives_a_change_of_its_instances_type(recording: Recording) -> None:
    """To the provider, other labels are another volume, and what the old one held is gone."""
    for volume in recording.of("volume").values():
        assert volume.ignored_changes == ["labels"]


def test_traefik_is_there_only_while_the_networks_are_on_which_it_asks(
    recording: Recording,
) -> None:
    networks = {"networks-control", "networks-gate"}
    assert networks < set(recording.of("container")["traefik"].depends_on)


@pytest.mark.parametrize(
    ("subnet", "before"),
    [
        ("10.9.0.0/28", set()),
        ("172.20.0.0/28", {"networks-control", "networks-gate"}),
        ("192.168.9.0/28", {"networks-control", "networks-gate"}),
    ],
)
def test_the_engine_chooses_ranges_behind_those_that_it_might_choose_too(
    config: dict[str, Any], subnet: str, before: set[str]
) -> None:
    config["edge"] = {"controlSubnet": subnet}
    networks = declare(config).of("network")
    assert networks["networks-control"].depends_on == networks["networks-gate"].depends_on == []
    assert set(networks["networks-instances"].depends_on) == before


def test_the_gates_network_comes_behind_the_control_network_that_had_its_range(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\n[ "$3" != mcpier-dev-control ] || echo 10.9.0.0/24\n')
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    networks = declare_elsewhere(PROJECT, STACK, hash_seed="0").of("network")
    assert networks["networks-gate"].depends_on == ["networks-control"]


def test_another_instance_is_another_reason_to_try_its_network(
    config: dict[str, Any], recording: Recording
) -> None:
    config["instances"]["added"] = {"type": "playwright"}
    other = declare(config).of("command")["isolation"]
    assert other.inputs["triggers"] != recording.of("command")["isolation"].inputs["triggers"]


def test_a_deploy_ends_when_every_container_is_healthy(recording: Recording) -> None:
    readiness = recording.of("command")["readiness"]
    assert set(readiness.depends_on) == set(recording.of("container"))
    awaited = json.loads(readiness.inputs["stdin"])["containers"]
    assert {item["name"] for item in awaited} == {
        item.inputs["name"] for item in recording.of("container").values()
    }
    assert {item["part"] for item in awaited} >= {"Traefik", "authgate", "Instance demo"}
    assert all(item["pids"] > 0 for item in awaited)


def test_an_instance_gets_its_choices_and_its_public_host_as_variables(
    config: dict[str, Any], recording: Recording
) -> None:
    config["instances"]["demo"]["screen"] = "800x600x16"
    config["edge"]["httpsPort"] = 8443
    container = declare(config).of("container")["mcp-demo-container"]
    assert "MCPIER_SCREEN=800x600x16" in container.inputs["envs"]
    assert "MCPIER_ALLOWED_HOSTS=mcp-demo.mcp.example.org:8443" in container.inputs["envs"]
    assert container.inputs["envs"] == sorted(container.inputs["envs"])


def test_the_tree_of_a_preview_has_a_node_for_each_part(recording: Recording) -> None:
    parents = {
        item.name: item.parent for item in recording.resources if item.type.startswith("mcpier:")
    }
    assert parents == {"mcpier": "mcpier-dev"} | dict.fromkeys(
        [
            "authgate",
            "instance-secrets",
            "instance-volumes",
            "mcp-demo",
            "mcp-docs",
            "mcp-resting",
            "networks",
            "portal",
            "probe",
            "protection",
            "socket-proxy",
            "traefik",
            "vault",
        ],
        "mcpier",
    )
