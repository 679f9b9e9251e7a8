"""The status of fifty instances is there at once."""

import subprocess
import time
from pathlib import Path

import pytest
import yaml

from tests.cli.operator import Operator
from tests.cli.stack import CONFIG, container
from tests.e2e.deployment import docker, sweep

STACK = "e2e-cli-many"
COUNT = 50
SECONDS = 1.5
# Other programs may be at work on the machine.
GENEROUS = 3


@pytest.mark.soak
def test_the_status_of_fifty_instances_is_there_within_a_second_and_a_half(
    operator: Operator,
) -> None:
    ids = [f"echo-{number}" for number in range(COUNT)]
    instances = {id_: {"type": "echo", "tokens": ["t"]} for id_ in ids}
    folder: Path = operator.deployment.directory
    file = folder / "stacks" / f"Pulumi.{STACK}.yaml"
    file.write_text(yaml.safe_dump({"config": {**CONFIG, "mcpier:instances": instances}}))
    image = docker("inspect", "--format", "{{.Image}}", container("mcp-echo")).strip()
    sweep(STACK)
    try:
        for id_ in ids:
            marks = {"stack": STACK, "role": "instance", "instance": id_, "type": "echo"}
            labels = [word for key in marks for word in ("--label", f"mcpier.{key}={marks[key]}")]
            name = container(f"mcp-{id_}", STACK)
            tmpfs = ["--tmpfs", "/run/echo:uid=1000,gid=1000"]
            docker("run", "--detach", "--network", "none", "--name", name, *labels, *tmpfs, image)
        spent = min(seconds(folder) for _ in range(3))
        print(f"status of {COUNT}: {spent:.2f} s")
        assert spent < SECONDS * GENEROUS
    finally:
        sweep(STACK)


def seconds(folder: Path) -> float:
    """What one status takes."""
    began = time.monotonic()
    command = [".venv/bin/mcpier", "status", "--stack", STACK]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.stdout.count(" running ") == COUNT, done.stderr
    return time.monotonic() - began
