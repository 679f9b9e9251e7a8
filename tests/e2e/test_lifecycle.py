"""Deploying again: what changed, what was lost, and what another one is doing."""

import json
import os
import re
import signal
import time
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.begun import begun, lock_holder
from tests.e2e.deployment import CONFIG, PLACE, STACK, Deployment, docker


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """What an `up` said that had nothing to do, and how long it took."""

    said: str
    seconds: float


@pytest.fixture(scope="module")
def again(deployment: Deployment) -> Repeated:
    """A second `up`."""
    # A number that pulumi writes into the file in stackConfigDir is one for the program too.
    port = ("mcpier:edge.httpsPort", str(PLACE.https_port))
    assert deployment.pulumi("config", "set", "--path", *port, "--stack", STACK).returncode == 0
    begin = time.monotonic()
    done = deployment.make_target("up")
    assert done.returncode == 0, done.stdout
    return Repeated(said=done.stdout, seconds=time.monotonic() - begin)


def test_a_second_up_changes_nothing_and_takes_seconds(again: Repeated) -> None:
    assert not re.search(r"\d+ (created|updated|replaced|deleted)", again.said), again.said
    assert re.search(r"\d+ unchanged", again.said)
    assert again.seconds < 30


def test_an_up_ends_with_the_urls_the_command_for_clients_and_the_seconds(
    again: Repeated,
) -> None:
    assert f"https://mcp-demo.e2e.mcpier.localhost:{PLACE.https_port}/mcp" in again.said
    assert f"https://vnc-demo.e2e.mcpier.localhost:{PLACE.https_port}/" in again.said
    assert ".venv/bin/mcpier connect demo --stack e2e --json" in again.said
    spent = r"seconds: engine [\d.]+ .*bases [\d.]+ .*deploy [\d.]+ .*total [\d.]+"
    assert re.search(spent, again.said)


def test_a_refreshed_preview_expects_no_changes_from_another_checkout_and_hash_seed(
    deployment: Deployment, tmp_path: Path
) -> None:
    other = deployment.elsewhere(tmp_path / "another-checkout", PYTHONHASHSEED="4711")
    preview = other.pulumi("preview", "--refresh", "--expect-no-changes", "--stack", STACK)
    assert preview.returncode == 0, preview.stdout


def test_a_container_that_starts_is_asked_each_second_where_the_engine_can(
    deployment: Deployment,
) -> None:
    engine = int(docker("version", "--format", "{{.Server.Version}}").partition(".")[0])
    asked = docker("inspect", "--format", "{{json .Config.Healthcheck}}", f"mcpier-{STACK}-traefik")
    assert json.loads(asked).get("StartInterval") == (10**9 if engine >= 25 else None)


def test_what_the_host_has_lost_is_made_and_filled_again(
    deployment: Deployment, browse: Any, outputs: dict[str, Any]
) -> None:
    for part, volume in (("authgate", "registry"), ("traefik", "traefik-dynamic")):
        docker("rm", "--force", f"mcpier-{STACK}-{part}")
        docker("volume", "rm", f"mcpier-{STACK}-{volume}")
    again = deployment.make_target("up")
    assert again.returncode == 0, again.stdout
    token = outputs["clients"]["other"]["bob"]["headers"]["Authorization"]
    assert browse("mcp-other", Authorization=token).json()["state"] == "stopped"
    # Another input, even one that the provider takes for the same, has the whole state written
    # anew for each container.
    made = container_inputs(deployment)
    assert deployment.make_target("up").returncode == 0
    assert container_inputs(deployment) == made


def container_inputs(deployment: Deployment) -> dict[str, Any]:
    """What the state has of the declarations of containers, by URN."""
    exported = deployment.pulumi("stack", "export", "--stack", STACK)
    assert exported.returncode == 0, exported.stdout
    state = json.loads(exported.stdout[exported.stdout.index("{") :])
    return {
        resource["urn"]: resource["inputs"]
        for resource in state["deployment"]["resources"]
        if resource["type"] == "docker:index/container:Container"
    }


def test_containers_that_stand_still_are_started_and_waited_for(
    deployment: Deployment, browse: Any
) -> None:
    docker("stop", f"mcpier-{STACK}-traefik", f"mcpier-{STACK}-mcp-demo")
    again = deployment.make_target("up")
    assert again.returncode == 0, again.stdout
    health = "{{.State.Health.Status}}"
    assert docker("inspect", "--format", health, f"mcpier-{STACK}-mcp-demo").strip() == "healthy"
    assert browse("mcp-demo").status_code == 401


def test_another_control_network_takes_the_place_of_the_old_one(
    deployment: Deployment, browse: Any
) -> None:
    beside = str(IPv4Network((int(PLACE.subnet[-1]) + 1, 28)))
    edge = {**PLACE.edge, "controlSubnet": beside}
    deployment.write({**CONFIG, "mcpier:edge": edge})
    try:
        changed = deployment.make_target("up")
        assert changed.returncode == 0, changed.stdout
        assert browse("mcp-demo").status_code == 401
        # Without the bridge, what Traefik asks the gate would leave the host.
        gone = re.findall(r"(Container traefik|Network networks-\w+) deleted", changed.stdout)
        assert gone[0] == "Container traefik"
        assert set(gone[1:]) == {"Network networks-control", "Network networks-gate"}
    finally:
        deployment.write(CONFIG)
        assert deployment.make_target("up").returncode == 0


def test_an_up_while_another_runs_is_told_who_runs_it(deployment: Deployment) -> None:
    with begun(deployment) as first:
        holder = first.wait_for(partial(lock_holder, deployment))
        os.kill(holder, signal.SIGSTOP)
        try:
            second = deployment.make_target("up")
        finally:
            os.kill(holder, signal.SIGCONT)
        assert first.process.wait(timeout=120) == 0
    assert second.returncode != 0
    assert f"another update of stack {STACK} is running: process {holder}" in second.stdout
    assert "Traceback" not in second.stdout
