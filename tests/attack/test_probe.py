"""The deploy's own probe of the instances' network, on networks that are closed and open."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.core.apart import probe_document
from components.core.naming import labels
from tests.attack.edge import Edge
from tests.attack.stack import STACK, checkout, config, container
from tests.e2e.deployment import PROJECT, Deployment, docker, left_on_host, sweep
from tests.places import place

EXPOSED = "e2e-attack-exposed"


@pytest.fixture
def open_network() -> Iterator[str]:
    """A network as the kernel would make any of them whose settings it does not heed."""
    name = f"mcpier-{STACK}-open"
    marks = [f"--label={key}={value}" for key, value in labels(STACK, "test").items()]
    docker("network", "create", *marks, name)
    yield name
    docker("network", "rm", name)


def probed(network: str) -> tuple[int, str]:
    """How the deploy's own probe of a network ends, and what it says."""
    image = docker("inspect", "--format", "{{.Image}}", container("echo")).strip()
    done = subprocess.run(
        [sys.executable, "components/scripts/probe_isolation.py"],
        cwd=PROJECT,
        input=probe_document(STACK, network, image),
        capture_output=True,
        text=True,
        timeout=60,
    )
    marked = [f"label={key}={value}" for key, value in labels(STACK, "helper").items()]
    filters = [word for mark in marked for word in ("--filter", mark)]
    assert docker("ps", "--all", "--quiet", *filters) == ""
    return done.returncode, done.stderr


def test_the_deploys_probe_finds_the_instances_network_closed(edge: Edge) -> None:
    assert probed(f"mcpier-{STACK}-instances") == (0, "")


def test_the_deploys_probe_finds_a_network_that_lets_containers_meet(
    edge: Edge, open_network: str
) -> None:
    code, said = probed(open_network)
    assert code == 1
    assert f"a container reached another one on network {open_network}" in said


def test_the_deploys_probe_does_not_take_a_missing_network_for_a_closed_one(edge: Edge) -> None:
    code, said = probed("mcpier-nowhere")
    assert code == 1
    assert "it could not be tried whether instances reach each other" in said
    assert "mcpier-nowhere" in said


@pytest.fixture
def exposed(tmp_path: Path) -> Iterator[Deployment]:
    """A checkout whose instances' network is open, as a kernel may make it behind our back."""
    sweep(EXPOSED)
    own = {"mcpier:edge": place(EXPOSED).edge}
    made = checkout(tmp_path, EXPOSED, config({"echo": {"type": "echo"}}) | own)
    networks = made.directory / "components" / "networks.py"
    closed = networks.read_text()
    assert '"com.docker.network.bridge.enable_icc": "false"' in closed
    networks.write_text(closed.replace('enable_icc": "false"', 'enable_icc": "true"'))
    yield made
    sweep(EXPOSED)


def test_a_deploy_to_a_host_where_instances_would_meet_starts_none(exposed: Deployment) -> None:
    done = exposed.make_target("up")
    assert done.returncode != 0
    assert "instances could reach each other" in done.stdout
    assert "sysctl -w net.bridge.bridge-nf-call-iptables=1" in done.stdout
    assert "Traceback" not in done.stdout
    assert f"network mcpier-{EXPOSED}-instances" in left_on_host(EXPOSED)
    assert f"container mcpier-{EXPOSED}-mcp-echo" not in left_on_host(EXPOSED)
    # And who looks later is told too.
    doctor = exposed.run(".venv/bin/mcpier", "doctor", "--stack", EXPOSED)
    assert f"a container reached another one on network mcpier-{EXPOSED}-instances" in doctor.stdout
    assert "sysctl -w net.bridge.bridge-nf-call-iptables=1" in doctor.stdout
