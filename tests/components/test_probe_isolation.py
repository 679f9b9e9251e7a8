"""The probe of a network: what it makes of containers that reach each other, or do not."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "components" / "scripts" / "probe_isolation.py"
# Starts no container, but says what a test wants to have said by the one that listens and the
# one that connects; both end when their stdin does.
RUN = """#!/bin/sh
case $3 in
*create_server*)
    [ -z "$CANNOT_LISTEN" ] || { echo "$CANNOT_LISTEN" >&2; exit 125; }
    echo 172.18.0.7
    cat
    echo ended > "$NOTES/listener"
    exit ${LISTENER_ENDS_WITH:-0} ;;
*)  [ -z "$CANNOT_CONNECT" ] || { echo "$CANNOT_CONNECT" >&2; exit 125; }
    cat > "$NOTES/address"
    echo "$FOUND" ;;
esac
"""


@pytest.fixture
def run(tmp_path: Path) -> Path:
    program = tmp_path / "run"
    program.write_text(RUN)
    program.chmod(0o755)
    return program


def probe(run: Path, **said: str) -> tuple[int, str]:
    """Exit status, and what it says."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT)],
        input=json.dumps({"network": "mcpier-dev-instances", "run": [str(run)]}),
        env={**os.environ, "NOTES": str(run.parent), **said},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_containers_that_do_not_reach_each_other_are_as_they_should_be(run: Path) -> None:
    assert probe(run, FOUND="not reached") == (0, "")
    assert (run.parent / "address").read_text() == "172.18.0.7"


@pytest.mark.parametrize("found", ["reached", "not reached"])
def test_the_one_that_listens_ends_with_the_probe(run: Path, found: str) -> None:
    probe(run, FOUND=found)
    assert (run.parent / "listener").read_text() == "ended\n"


def test_one_that_is_reached_ends_the_deploy_with_what_to_set(run: Path) -> None:
    assert probe(run, FOUND="reached") == (
        1,
        "instances could reach each other: a container reached another one on network "
        "mcpier-dev-instances, where traffic between containers is off\n"
        "  → on the Docker host, type: sysctl -w net.bridge.bridge-nf-call-iptables=1\n"
        "    put it into /etc/sysctl.d as well, see that the engine runs without "
        "--iptables=false, and try again\n",
    )


@pytest.mark.parametrize("which", ["CANNOT_LISTEN", "CANNOT_CONNECT"])
def test_a_container_that_cannot_be_started_ends_the_deploy(run: Path, which: str) -> None:
    assert probe(run, **{which: "network not found", "FOUND": "not reached"}) == (
        1,
        "it could not be tried whether instances reach each other: network not found\n"
        "  → mend what it names, and try again\n",
    )


def test_one_that_no_longer_listened_proves_nothing(run: Path) -> None:
    code, said = probe(run, LISTENER_ENDS_WITH="137", FOUND="not reached")
    assert code == 1
    assert said.startswith("it could not be tried whether instances reach each other")
    assert "the one that listened ended with exit code 137" in said


def test_a_docker_that_is_not_there_ends_the_deploy_without_a_traceback(run: Path) -> None:
    code, said = probe(run.with_name("nowhere"))
    assert code == 1
    assert said.startswith("it could not be tried whether instances reach each other")
    assert "Traceback" not in said
