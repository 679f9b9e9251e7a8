"""Deploying again, breaking off, going on, and taking away."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.begun import begun
from tests.e2e.deployment import (
    CONFIG,
    PLACE,
    STACK,
    Deployment,
    docker,
    left_on_host,
    sweep,
)
from tests.places import place

KILLED = "e2e-killed"
KILLED_CONFIG = CONFIG | {
    "mcpier:domain": "killed.mcpier.localhost",
    "mcpier:edge": place(KILLED).edge,
    "mcpier:instances": {"demo": {"type": "playwright", "tokens": ["alice"]}},
}


def test_a_second_up_changes_nothing_and_takes_seconds(deployment: Deployment) -> None:
    # A number that pulumi writes into the file in stackConfigDir is one for the program too.
    port = ("mcpier:edge.httpsPort", str(PLACE.https_port))
    assert deployment.pulumi("config", "set", "--path", *port, "--stack", STACK).returncode == 0
    begin = time.monotonic()
    again = deployment.make_target("up")
    spent = time.monotonic() - begin
    assert again.returncode == 0, again.stdout
    assert not re.search(r"\d+ (created|updated|replaced|deleted)", again.stdout), again.stdout
    assert re.search(r"\d+ unchanged", again.stdout)
    assert spent < 30


def test_a_refreshed_preview_expects_no_changes_from_another_checkout_and_hash_seed(
    deployment: Deployment, tmp_path: Path
) -> None:
    other = deployment.elsewhere(tmp_path / "another-checkout", PYTHONHASHSEED="4711")
    preview = other.pulumi("preview", "--refresh", "--expect-no-changes", "--stack", STACK)
    assert preview.returncode == 0, preview.stdout


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
    beside = str(IPv4Network((int(PLACE.control[-1]) + 1, 28)))
    edge = {**PLACE.edge, "controlSubnet": beside}
    deployment.write({**CONFIG, "mcpier:edge": edge})
    try:
        changed = deployment.make_target("up")
        assert changed.returncode == 0, changed.stdout
        assert browse("mcp-demo").status_code == 401
    finally:
        deployment.write(CONFIG)
        assert deployment.make_target("up").returncode == 0


def test_up_ends_with_the_urls_the_command_for_clients_and_the_seconds(
    deployment: Deployment,
) -> None:
    shown = deployment.make_target("up").stdout
    assert f"https://mcp-demo.e2e.mcpier.localhost:{PLACE.https_port}/mcp" in shown
    assert f"https://vnc-demo.e2e.mcpier.localhost:{PLACE.https_port}/" in shown
    assert ".venv/bin/mcpier connect demo --stack e2e --json" in shown
    assert re.search(r"seconds: engine [\d.]+ .*bases [\d.]+ .*deploy [\d.]+ .*total [\d.]+", shown)


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


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A stack whose updates are killed; nothing of it is up at first."""
    sweep(KILLED)
    yield Deployment.make(tmp_path_factory.mktemp("killed"), KILLED, KILLED_CONFIG)
    sweep(KILLED)


def networks_are_there() -> bool:
    return any(name.startswith("network") for name in left_on_host(KILLED))


def the_instance_is_being_made() -> bool:
    return f"container mcpier-{KILLED}-mcp-demo" in left_on_host(KILLED)


def everything_runs_but_is_not_ready() -> bool:
    running = docker(
        "ps", "--filter", f"label=mcpier.stack={KILLED}", "--format", "{{.Names}}"
    ).split()
    return len(running) == 4


@pytest.mark.parametrize(
    "moment", [networks_are_there, the_instance_is_being_made, everything_runs_but_is_not_ready]
)
def test_an_up_killed_half_way_is_repaired_by_the_next(
    moment: Callable[[], bool], killed: Deployment
) -> None:
    with begun(killed) as first:
        first.wait_for(moment)
        first.kill()
    repaired = killed.make_target("up")
    assert repaired.returncode == 0, repaired.stdout
    assert "was killed half-way: cancelling its lock" in repaired.stdout
    assert "Traceback" not in repaired.stdout
    preview = killed.pulumi("preview", "--refresh", "--expect-no-changes", "--stack", KILLED)
    assert preview.returncode == 0, preview.stdout
    destroyed = killed.make_target("destroy")
    assert destroyed.returncode == 0, destroyed.stdout
    assert left_on_host(KILLED) == []


def test_an_up_killed_half_way_is_taken_away_whole(killed: Deployment) -> None:
    with begun(killed) as first:
        first.wait_for(the_instance_is_being_made)
        first.kill()
    destroyed = killed.make_target("destroy")
    assert destroyed.returncode == 0, destroyed.stdout
    assert left_on_host(KILLED) == []


def lock_holder(deployment: Deployment) -> int | None:
    """The process that holds the stack's lock, as Pulumi's local backend notes it."""
    for file in Path(deployment.environ["PULUMI_BACKEND_URL"].removeprefix("file://")).glob(
        f".pulumi/locks/organization/mcpier/{deployment.stack}/*.json"
    ):
        found = re.search(r'"pid":\s*(\d+)', file.read_text())
        if found:
            return int(found[1])
    return None
