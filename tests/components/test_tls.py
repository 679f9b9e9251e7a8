"""Each way to a certificate: what is declared for it, and where its secrets stand."""

import json
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.authority import pem, present_authority
from tests.components.recording import PROJECT, STACK, Recorded, Recording, declare

CANARY = "canary-of-the-dns-provider"
FOLDER = "/etc/letsencrypt/live/mcp.example.org"
AUTHORITY = present_authority()


def with_tls(tls: dict[str, Any], **more: Any) -> Recording:
    return declare({**STACK, "tls": tls, **more})


def written(command: Recorded) -> dict[str, str]:
    """The files that a Command writes."""
    return {
        file["path"].removeprefix("/volumes/"): file["content"] for file in command.written["files"]
    }


def document(recording: Recording) -> dict[str, Any]:
    """Traefik's shared document."""
    files = written(recording.of("command")["traefik-files"])
    found: dict[str, Any] = json.loads(files["dynamic/mcpier.yaml"])
    return found


def shown_to_everybody(recording: Recording) -> str:
    """All inputs that are not secret."""
    inputs = (
        {key: value for key, value in item.inputs.items() if key not in item.secret}
        for item in recording.resources
    )
    return json.dumps(list(inputs)) + json.dumps(
        {k: v for k, v in recording.outputs.items() if k not in recording.secret_outputs}
    )


@pytest.fixture(scope="module")
def pair() -> tuple[str, str]:
    return AUTHORITY.pair("*.mcp.example.org")


@pytest.fixture(scope="module")
def files(pair: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A stack whose certificate lies on the machine that deploys."""
    folder = tmp_path_factory.mktemp("pair")
    (folder / "a.crt").write_text(pair[0])
    (folder / "a.key").write_text(pair[1])
    names = {"certFile": str(folder / "a.crt"), "keyFile": str(folder / "a.key")}
    return with_tls({"mode": "files", **names})


@pytest.fixture(scope="module")
def host_dir() -> Recording:
    """A stack whose certificate lies on the Docker host."""
    return with_tls({"mode": "files", "hostDir": FOLDER})


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A stack whose certificate is issued by ACME."""
    return acme_with(CANARY, tmp_path_factory.mktemp("ca"))


def acme_with(credential: str, folder: Path) -> Recording:
    (folder / "ca.pem").write_text(pem(AUTHORITY.root))
    tls = {
        "mode": "acme",
        "email": "ops@example.org",
        "dnsProvider": "cloudflare",
        "caServer": "https://ca.example.org/dir",
        "caFile": str(folder / "ca.pem"),
        "propagation": {"delayBeforeChecks": 30},
    }
    return with_tls(tls, secrets={"acme": {"CF_DNS_API_TOKEN": credential}})


def test_a_pair_that_was_brought_is_what_traefik_serves(
    files: Recording, pair: tuple[str, str]
) -> None:
    held = written(files.of("command")["traefik-files"])
    served = document(files)["tls"]["certificates"][0]
    assert held[served["certFile"].removeprefix("/etc/traefik/")] == pair[0]
    assert held[served["keyFile"].removeprefix("/etc/traefik/")] == pair[1]


def test_the_key_of_a_pair_stands_nowhere_but_in_a_secret(
    files: Recording, pair: tuple[str, str]
) -> None:
    assert files.of("command")["traefik-files"].secret == ["stdin"]
    assert pair[1].splitlines()[1] not in shown_to_everybody(files)


def test_a_stack_with_another_certificate_has_no_ca_of_its_own(
    files: Recording, host_dir: Recording, acme: Recording
) -> None:
    for recording in (files, host_dir, acme):
        assert "ca" not in recording.outputs
        assert "vault-certificate-issued" not in recording.of("command")


def test_another_pair_touches_one_command_only(files: Recording, tmp_path: Path) -> None:
    chain, key = AUTHORITY.pair("*.mcp.example.org")
    (tmp_path / "b.crt").write_text(chain)
    (tmp_path / "b.key").write_text(key)
    names = {"certFile": str(tmp_path / "b.crt"), "keyFile": str(tmp_path / "b.key")}
    renewed = with_tls({"mode": "files", **names})
    assert changed(files, renewed) == ["traefik-files"]


def changed(before: Recording, after: Recording) -> list[str]:
    """Names of the resources that differ."""
    old, new = (
        {(item.name, item.type): item for item in found.resources} for found in (before, after)
    )
    return sorted(key[0] for key in old.keys() | new.keys() if old.get(key) != new.get(key))


def test_a_folder_of_the_host_is_read_by_one_container_without_a_network(
    host_dir: Recording,
) -> None:
    archive = FOLDER.replace("live", "archive")
    binds = {
        name: [mount["source"] for mount in container.inputs["mounts"] if is_folder(mount)]
        for name, container in host_dir.of("container").items()
    }
    assert {name: found for name, found in binds.items() if found} == {
        "certificates": [FOLDER, archive]
    }
    follower = host_dir.of("container")["certificates"].inputs
    assert follower["networkMode"] == "none"
    assert all(mount["readOnly"] for mount in follower["mounts"] if is_folder(mount))
    published = host_dir.of("command")["certificates-published"].inputs["create"]
    for folder in (FOLDER, archive):
        assert f"--mount type=bind,source={folder},target={folder},readonly " in published


def test_the_check_of_a_deploy_has_no_more_rights_than_the_follower(host_dir: Recording) -> None:
    follower = host_dir.of("container")["certificates"].inputs
    rights = (follower["user"], follower["readOnly"], follower["capabilities"])
    assert rights == ("0", True, {"drops": ["ALL"]})
    published = host_dir.of("command")["certificates-published"].inputs["create"]
    locked = "--read-only --cap-drop ALL --security-opt no-new-privileges --user 0 "
    assert locked in published.partition(" python3 ")[0]


def is_folder(mount: Mapping[str, Any]) -> bool:
    return bool(mount["type"] == "bind" and mount["source"] != "/var/run/docker.sock")


def test_what_the_follower_publishes_is_there_first_and_left_alone(host_dir: Recording) -> None:
    files = host_dir.of("command")["traefik-files"]
    assert "certificates-published" in files.depends_on
    assert files.written["kept"] == [
        "/volumes/dynamic/host",
        "/volumes/dynamic/host.yaml",
    ]
    assert "certificates" not in document(host_dir)["tls"]
    order = json.loads(host_dir.of("command")["certificates-published"].inputs["stdin"])
    assert order["published"] == "/etc/traefik/dynamic/host.yaml"
    assert order["host"].endswith(".mcp.example.org")


def test_only_traefik_which_watches_its_folder_may_still_read_what_was_replaced(
    acme: Recording,
) -> None:
    writer = (PROJECT / "components" / "scripts" / "write_volumes.py").read_text("utf-8")
    watched = {
        name: command.written["watched"]
        for name, command in acme.of("command").items()
        if shlex.quote(writer) in command.inputs["create"]
    }
    assert [name for name, kept in watched.items() if kept] == ["traefik-files"]
    assert {"acme-files", "instance-secrets-files", "portal-stack"} < set(watched)


def test_the_deploy_waits_for_the_follower_too(host_dir: Recording) -> None:
    assert "certificates" in host_dir.of("command")["readiness"].depends_on


def test_traefik_finds_credentials_in_files_of_a_volume(acme: Recording) -> None:
    traefik = acme.of("container")["traefik"].inputs
    assert "CF_DNS_API_TOKEN_FILE=/run/secrets/acme/CF_DNS_API_TOKEN" in traefik["envs"]
    mounts = {mount["source"]: mount for mount in traefik["mounts"]}
    assert mounts["mcpier-dev-acme-secrets"]["target"] == "/run/secrets/acme"
    assert mounts["mcpier-dev-acme-secrets"]["readOnly"]
    assert not mounts["mcpier-dev-acme"]["readOnly"]
    files = acme.of("command")["acme-files"]
    assert written(files)["acme-secrets/CF_DNS_API_TOKEN"] == CANARY
    assert files.secret == ["stdin"]


def test_credentials_stand_nowhere_but_in_a_secret(acme: Recording) -> None:
    assert CANARY not in shown_to_everybody(acme)


def test_other_credentials_make_another_traefik_and_are_not_guessed_from_it(
    acme: Recording, tmp_path: Path
) -> None:
    other = acme_with("another", tmp_path)
    labels = [item.of("container")["traefik"].labels for item in (acme, other)]
    assert all(re.fullmatch("[0-9a-f]{16}", found["mcpier.acme-credentials"]) for found in labels)
    assert labels[0] != labels[1]
    assert changed(acme, other) == ["acme-files", "traefik"]


def test_one_router_has_the_wildcard_issued(acme: Recording) -> None:
    resolved = [
        router["tls"] for router in document(acme)["http"]["routers"].values() if router["tls"]
    ]
    assert resolved == [{"certResolver": "wildcard", "domains": [{"main": "*.mcp.example.org"}]}]
    assert "certificates" not in document(acme)["tls"]


def test_the_resolver_is_told_what_the_stack_says(acme: Recording) -> None:
    flags = acme.of("container")["traefik"].inputs["command"]
    prefix = "--certificatesresolvers.wildcard.acme."
    assert sorted(flag.removeprefix(prefix) for flag in flags if flag.startswith(prefix)) == [
        "cacertificates=/run/secrets/acme/ca.pem",
        "caserver=https://ca.example.org/dir",
        "dnschallenge.propagation.delaybeforechecks=30s",
        "dnschallenge.provider=cloudflare",
        "email=ops@example.org",
        "keytype=EC256",
        "storage=/var/lib/acme/acme.json",
    ]


def test_instances_are_the_same_whichever_way_the_certificate_comes(
    recording: Recording, files: Recording, host_dir: Recording, acme: Recording
) -> None:
    before = {k: v for k, v in recording.of("container").items() if k.startswith("mcp-")}
    for other in (files, host_dir, acme):
        after = {k: v for k, v in other.of("container").items() if k.startswith("mcp-")}
        assert after == before


def test_https_is_promised_to_browsers_where_the_certificate_is_public(
    files: Recording, recording: Recording
) -> None:
    flag = "--entrypoints.https.http.middlewares=hsts@file"
    assert flag in files.of("container")["traefik"].inputs["command"]
    assert document(files)["http"]["middlewares"]["hsts"] == {"headers": {"stsSeconds": 31536000}}
    assert flag not in recording.of("container")["traefik"].inputs["command"]
    assert "hsts" not in document(recording)["http"]["middlewares"]
