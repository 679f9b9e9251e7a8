"""Token values, passwords and keys stand nowhere in the clear but where they are used."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import FIRST_UP, GIVEN_SECRET
from tests.e2e.deployment import STACK, Deployment, docker


def drawn(deployment: Deployment) -> str:
    """The root, from which every secret comes that the config does not give."""
    shown = deployment.pulumi("stack", "export", "--show-secrets", "--stack", STACK)
    resources = json.loads(shown.stdout)["deployment"]["resources"]
    (vault,) = (found for found in resources if found["urn"].endswith("vault-root"))
    root: str = json.loads(vault["outputs"]["stdout"]["plaintext"])
    return root.split()[0]


def in_volume(name: str, script: str) -> list[str]:
    """The words that a line of shell prints with a volume of the stack's at /v."""
    volume = f"type=volume,source=mcpier-{STACK}-{name},target=/v"
    reading = ["--mount", volume, "mcpier/base-debian:bookworm", "sh", "-c", script]
    return docker("run", "--rm", "--network", "none", *reading).split()


@pytest.fixture(scope="session")
def secrets(deployment: Deployment, outputs: dict[str, Any]) -> list[str]:
    """Every secret of the stack that can be told from other text."""
    tokens = [
        client["headers"]["Authorization"].removeprefix("Bearer ")
        for clients in outputs["clients"].values()
        for client in clients.values()
    ]
    views = [
        viewer[key]
        for viewer in outputs["viewers"].values()
        for key in ("token", "watchToken", "ticketKey")
    ]
    portal = [*outputs["portal"]["tokens"].values(), outputs["portal"]["ticketKey"]]
    passwords = in_volume(
        "mcp-demo-secrets", "cat /v/vnc-password; echo; cat /v/vnc-watch-password"
    )
    session = in_volume("registry", "cat /v/session.key")
    # The second line of its text: the first begins alike with all such keys.
    tls = in_volume("traefik-dynamic", "sed -n 3p /v/tls/*.key")
    found = [drawn(deployment), *tokens, *views, *portal, *passwords, *session, *tls, GIVEN_SECRET]
    assert all(len(secret) >= 8 for secret in found) and len(tls) == 1
    return found


def test_the_state_and_the_outputs_of_pulumi_show_no_secret(
    deployment: Deployment, secrets: list[str]
) -> None:
    state = "".join(
        file.read_text() for file in Path(deployment.directory.parent, "state").rglob("*.json")
    )
    shown = deployment.pulumi("stack", "output", "--json", "--stack", STACK).stdout
    preview = deployment.pulumi("preview", "--diff", "--stack", STACK).stdout
    deployed = Path(deployment.directory.parent, FIRST_UP).read_text()
    assert "ciphertext" in state
    assert "created" in deployed
    assert [secret for secret in secrets if secret in state + shown + preview + deployed] == []


def test_labels_variables_arguments_logs_and_layers_of_containers_show_no_secret(
    deployment: Deployment, secrets: list[str]
) -> None:
    names = docker(
        "ps", "--all", "--filter", f"label=mcpier.stack={STACK}", "--format", "{{.Names}}"
    ).split()
    assert len(names) == 6
    inspected = json.dumps(json.loads(docker("inspect", *names)))
    logs = "".join(log_of(name) for name in names)
    processes = "".join(docker("top", name) for name in names)
    images = docker("inspect", "--format", "{{.Image}}", *names).split()
    layers = "".join(docker("history", "--no-trunc", image) for image in images)
    assert [secret for secret in secrets if secret in inspected + logs + processes + layers] == []


def test_a_secret_variable_reaches_the_programs_of_its_instance(deployment: Deployment) -> None:
    variables = ["sh", "-c", "cat /proc/[0-9]*/environ"]
    shown = docker("exec", f"mcpier-{STACK}-mcp-demo", *variables)
    assert f"SHOP_LOGIN={GIVEN_SECRET}" in shown


def log_of(container: str) -> str:
    """What a container has logged, which is never nothing."""
    command = ["docker", "logs", container]
    shown = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert shown.stdout
    return shown.stdout


def test_the_metrics_show_no_secret(deployment: Deployment, secrets: list[str]) -> None:
    ask = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:9182/metrics').read())"
    shown = docker("exec", f"mcpier-{STACK}-authgate", "python", "-c", ask)
    assert "authgate_decisions_total" in shown
    assert [secret for secret in secrets if secret in shown] == []


def test_the_registry_keeps_digests_of_tokens(
    deployment: Deployment, outputs: dict[str, Any], secrets: list[str]
) -> None:
    listed = docker("exec", f"mcpier-{STACK}-authgate", "authgate", "list")
    assert "alice" in listed
    assert [secret for secret in secrets if secret in listed] == []
