"""What was changed behind Pulumi's back is named by `mcpier doctor`, and mended by `make up`."""

import json
import re
import subprocess
import time
from typing import Any

from tests.e2e.deployment import STACK, Deployment, docker

DEMO = f"mcpier-{STACK}-mcp-demo"
PROXY = f"mcpier-{STACK}-socket-proxy"
# Traefik, whose way to the engine was lost, asks for it again within half a minute.
HEARD_SECONDS = 60


def examined(deployment: Deployment) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    """What the doctor says: its exit status, and its findings by the title of their check."""
    command = [".venv/bin/mcpier", "doctor", "--json", "--stack", STACK]
    done = subprocess.run(
        command,
        cwd=deployment.directory,
        env=dict(deployment.environ),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def serious(found: dict[str, list[dict[str, Any]]]) -> list[str]:
    """What is wrong, of all that the doctor found."""
    return [one["what"] for each in found.values() for one in each if one["serious"]]


def created(said: str) -> set[str]:
    """The names of the containers that Pulumi says it creates, or would."""
    return set(re.findall(r"docker:index:Container (\S+) creat\w+", said))


def make_anew(container: str, *options: str) -> None:
    """What a person does who thinks that a container can be edited: removes it, runs another."""
    shown: dict[str, Any] = json.loads(docker("inspect", container))[0]
    labels = [f"--label={name}={value}" for name, value in shown["Config"]["Labels"].items()]
    network = next(iter(shown["NetworkSettings"]["Networks"]))
    docker("rm", "--force", container)
    given = ["--detach", "--name", container, "--network", network, *labels, *options]
    docker("run", *given, shown["Image"], "sleep", "600")


def test_a_doctor_finds_nothing_wrong_with_a_healthy_stack(deployment: Deployment) -> None:
    status, found = examined(deployment)
    assert serious(found) == []
    assert status == 0
    assert "demo answers MCP" in found


def test_drift_is_named_and_the_next_up_mends_it(deployment: Deployment) -> None:
    make_anew(DEMO, "--env=LANG=C", "--env=ADDED=canary")
    docker("stop", "--time", "1", PROXY)
    status, found = examined(deployment)
    named = {
        finding["what"].partition(":")[0]: finding["what"]
        for findings in found.values()
        for finding in findings
    }
    assert status == 1
    assert "was made anew, not by Pulumi" in named[f"container {DEMO}"]
    assert "variable LANG is changed" in named[f"container {DEMO}"]
    assert "has variable ADDED" in named[f"container {DEMO}"]
    assert "canary" not in str(found)
    assert "stands still" in named[f"container {PROXY}"]
    preview = deployment.make_target("preview")
    assert preview.returncode == 0, preview.stdout
    assert f"First, container {DEMO} is removed" in preview.stdout
    up = deployment.make_target("up")
    assert up.returncode == 0, up.stdout
    assert created(preview.stdout) == created(up.stdout) == {"mcp-demo-container"}
    assert f"Removing container {DEMO}: it was made anew, not by Pulumi." in up.stdout
    deadline = time.monotonic() + HEARD_SECONDS
    while (after := examined(deployment))[0] and time.monotonic() < deadline:
        time.sleep(1)
    status, found = after
    assert serious(found) == []
    assert status == 0
