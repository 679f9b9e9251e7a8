"""Secrets reach their readers on stdin, and stand nowhere that is not marked as a secret."""

import hashlib
import json
import re
import subprocess
from base64 import b64encode

from components.core.certificates import issue
from components.core.given import AllGiven
from components.core.model import Token
from components.core.registry import PORTAL
from components.core.secrets import Root, token_digest
from tests.components.recording import ROOT, STACK, Recorded, Recording, declare


def values(root: Root) -> list[str]:
    """Every secret of `STACK`, as it would stand in an input or an output."""
    found = [b64encode(root.key).decode(), root.session_key(), root.ticket_key(PORTAL)]
    found.append(root.operator_token(Token(name="operator", generation=1, expires=None)))
    certificates = issue(root, STACK["domain"], generation=1, issued_at=root.drawn_at)
    found.append(certificates.key.splitlines()[1])
    for id_, instance in STACK["instances"].items():
        found += [root.view_token(id_), root.watch_token(id_), root.ticket_key(id_)]
        found += [root.vnc_password(id_), root.vnc_watch_password(id_)]
        for name in instance["tokens"]:
            found.append(root.token(id_, Token(name=name, generation=1, expires=None)))
    return found


def open_part(resource: Recorded) -> str:
    """The inputs that the engine shows to whoever asks."""
    shown = {key: item for key, item in resource.inputs.items() if key not in resource.secret}
    return json.dumps(shown)


def test_no_secret_stands_in_an_open_input(recording: Recording) -> None:
    secrets = values(ROOT)
    leaks = [
        (item.name, secret)
        for item in recording.resources
        for secret in secrets
        if secret in open_part(item)
    ]
    assert leaks == []


def test_documents_with_secrets_go_in_on_stdin_and_are_marked(recording: Recording) -> None:
    marked = {name: item.secret for name, item in recording.of("command").items() if item.secret}
    assert marked == {
        "authgate-registry": ["stdin"],
        "instance-secrets-files": ["stdin"],
        "portal-stack": ["stdin"],
        "traefik-files": ["stdin"],
    }


def test_nothing_but_a_commands_stdin_holds_a_secret(recording: Recording) -> None:
    commands = recording.of("command")
    assert [
        item.name for item in recording.resources if item.secret and item.name not in commands
    ] == []


def test_only_digests_of_tokens_reach_the_gate(recording: Recording) -> None:
    document = recording.of("command")["authgate-registry"].inputs["stdin"]
    tokens = [secret for secret in values(ROOT) if secret.startswith("mcpier_")]
    assert len(tokens) == 11
    assert [token for token in tokens if token in document] == []
    assert ROOT.vnc_password("demo") in document
    assert ROOT.vnc_watch_password("demo") in document


def test_secrets_that_the_config_gives_are_as_hidden_as_derived_ones() -> None:
    token, password, variable = "token-given-by-the-config", "password", "canary-variable"
    given = {"tokens": {"alice": token}, "vncPassword": password, "env": {"LOGIN": variable}}
    recording = declare({**STACK, "secrets": {"instances": {"demo": given}}})
    leaks = [
        (item.name, secret)
        for item in recording.resources
        for secret in (token, password, variable)
        if secret in open_part(item)
    ]
    assert leaks == []
    commands = recording.of("command")
    assert token_digest(token) in commands["authgate-registry"].inputs["stdin"]
    assert password in commands["authgate-registry"].inputs["stdin"]
    assert variable in str(commands["instance-secrets-files"].written)
    headers = recording.outputs["clients"]["demo"]["alice"]["headers"]
    assert headers == {"Authorization": f"Bearer {token}"}


def test_the_mark_of_given_secrets_is_open_and_tells_nothing_about_them() -> None:
    given = {"instances": {"demo": {"env": {"LOGIN": "canary-variable"}}}}
    container = declare({**STACK, "secrets": given}).of("container")["mcp-demo-container"]
    mark = container.labels["mcpier.secrets"]
    assert container.secret == []
    assert re.fullmatch("[0-9a-f]{16}", mark)
    assert mark not in hashlib.sha256(b"canary-variable").hexdigest()


def test_the_root_is_drawn_once_and_its_output_kept_as_a_secret(recording: Recording) -> None:
    root = recording.of("command")["vault-root"]
    assert root.secret_outputs == ["stdout", "stderr"]
    assert root.ignored_changes == ["create"]
    assert root.inputs["logging"] == "none"
    assert "triggers" not in root.inputs


def test_an_update_of_the_root_prints_what_was_drawn(recording: Recording) -> None:
    root = recording.of("command")["vault-root"]
    drawn = f"{b64encode(ROOT.key).decode()}\n{ROOT.drawn_at}"
    done = subprocess.run(
        ["/bin/sh", "-c", root.inputs["update"]],
        env={"PULUMI_COMMAND_STDOUT": drawn},
        capture_output=True,
        text=True,
        check=True,
    )
    assert root.inputs["addPreviousOutputInEnv"] is True
    assert Root.parse(done.stdout, AllGiven()) == ROOT


def test_no_other_command_finds_its_previous_output_in_its_environment(
    recording: Recording,
) -> None:
    heirs = [
        name
        for name, item in recording.of("command").items()
        if item.inputs["addPreviousOutputInEnv"] is not False
    ]
    assert heirs == ["vault-root"]


def test_no_command_logs_what_it_prints(recording: Recording) -> None:
    loggers = {item.inputs["logging"] for item in recording.of("command").values()}
    assert loggers <= {"none", "stderr"}


def test_containers_that_write_files_have_no_network(recording: Recording) -> None:
    runs = {
        name: item.inputs["create"]
        for name, item in recording.of("command").items()
        if item.inputs["create"].startswith("docker run")
    }
    assert len(runs) == 4
    assert [name for name, run in runs.items() if " --network none " not in run] == []


def test_outputs_that_open_something_are_secret_and_the_rest_are_not(recording: Recording) -> None:
    assert recording.secret_outputs == ["clients", "portal", "viewers"]
    shown = sorted(set(recording.outputs) - set(recording.secret_outputs))
    assert shown == ["ca", "instances", "portalUrl"]
    assert recording.outputs["ca"].startswith("-----BEGIN CERTIFICATE-----")
    alice = ROOT.token("demo", Token(name="alice", generation=1, expires=None))
    headers = recording.outputs["clients"]["demo"]["alice"]["headers"]
    assert headers == {"Authorization": f"Bearer {alice}"}
