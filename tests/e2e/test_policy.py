"""The policy pack under the real pulumi: mcpier passes, and what breaks a rule is refused."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from policy.pack import policies
from tests.e2e.deployment import CONFIG, Deployment, docker, left_on_host, sweep

PACK = ("--policy-pack", "policy")
JUDGED = "e2e-judged"
NAME = f"mcpier-{JUDGED}-open"
BROKEN = """
import pulumi_docker as docker

latest = docker.RemoteImage("latest", name="debian:latest")
led = docker.Volume("led", driver_opts={"type": "none", "o": "bind", "device": "/run"})
labels = {
    "traefik.enable": "true",
    "traefik.http.routers.open.rule": "Host(`open.example.org`)",
}
docker.Container(
    "open",
    name="mcpier-e2e-judged-open",
    image="debian:bookworm",
    privileged=True,
    network_mode="host",
    ports=[docker.ContainerPortArgs(internal=80, external=8080)],
    labels=[docker.ContainerLabelArgs(label=key, value=labels[key]) for key in labels],
    mounts=[
        docker.ContainerMountArgs(type="bind", source=source, target=source)
        for source in ("/var/run/docker.sock", "/srv")
    ],
)
"""
SAID = """
ports: expected none, found 80. Take it out;
networkMode: expected bridge or none, and host for the role traefik alone, found host.
expected no docker.sock but in the role socket-proxy or docker-reader, found /var/run/docker.sock.
expected a volume by its name; the role certificates has folders of the host, found /srv.
driverOpts: expected none: by these a volume is any folder of the host, found {
expected gated-open@file, which asks the gate, found the container's own service. Set it,
readOnly: expected true, found
capabilities.drops: expected ALL, found nothing.
securityOpts: expected no-new-privileges:true among them, found nothing.
privileged: expected false, found true.
memory: expected a limit in MiB, found nothing.
healthcheck: expected a command that tells whether it works, found nothing.
label mcpier.stack: expected e2e-judged, found nothing.
label mcpier.role: expected the name of its part, found nothing.
image: expected an image's id, a digest, or a tag that is one
name: expected a digest, or a tag other than latest, found debian:latest.
pids: expected a limit for mcpier-e2e-judged-open in what await_ready.py is told, found nothing.
"""


@pytest.fixture
def judged(tmp_path: Path) -> Iterator[Deployment]:
    """A stack of which nothing is up, nor comes up."""
    sweep(JUDGED)
    made = Deployment.make(tmp_path, JUDGED, CONFIG)
    made.pulumi("stack", "init", JUDGED)
    yield made
    assert left_on_host(JUDGED) == []


def test_a_first_preview_passes_every_rule(judged: Deployment) -> None:
    preview = judged.pulumi("preview", *PACK, "--stack", JUDGED)
    assert preview.returncode == 0, preview.stdout
    assert "mcpier@v0.1.0" in preview.stdout
    # What a preview does not know yet is no reason to say that a rule cannot be run.
    assert "can't run policy" not in preview.stdout


def test_a_deployed_stack_passes_every_rule_by_make_too(deployment: Deployment) -> None:
    chosen = replace(
        deployment, environ={**deployment.environ, "PULUMI_OPTION_POLICY_PACK": "policy"}
    )
    for target in ("preview", "up"):
        done = chosen.make_target(target)
        assert done.returncode == 0, done.stdout
        assert "mcpier@v0.1.0" in done.stdout


def test_without_the_flag_nobody_is_judged(judged: Deployment) -> None:
    (judged.directory / "__main__.py").write_text(BROKEN)
    preview = judged.pulumi("preview", "--stack", JUDGED)
    assert preview.returncode == 0, preview.stdout
    assert "Policies:" not in preview.stdout


def test_what_breaks_the_rules_is_refused_with_each_rules_words(judged: Deployment) -> None:
    (judged.directory / "__main__.py").write_text(BROKEN)
    refused = judged.pulumi("preview", *PACK, "--stack", JUDGED)
    assert refused.returncode != 0
    said = " ".join(refused.stdout.split())
    assert [line for line in SAID.strip().splitlines() if line not in said] == [], refused.stdout
    names = [policy.name for policy in policies()]
    assert [name for name in names if f"[mandatory] {name} " not in said] == []


def test_a_deploy_that_breaks_the_rules_makes_no_container(judged: Deployment) -> None:
    (judged.directory / "__main__.py").write_text(BROKEN)
    refused = judged.pulumi("up", "--yes", "--skip-preview", *PACK, "--stack", JUDGED)
    assert refused.returncode != 0
    # Without a preview, the first violation ends it.
    assert "[mandatory]" in refused.stdout, refused.stdout
    assert docker("ps", "--all", "--quiet", "--filter", f"name=^{NAME}$") == ""
