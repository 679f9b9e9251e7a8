"""Builds the image under test, and sees to what runs of tests leave on the engine."""

import os
import subprocess
from pathlib import Path

IMAGE = Path(__file__).parents[2] / "image/playwright"
BASE = os.environ.get("MCPIER_BASE_NODE", "mcpier/base-node:22-bookworm")
TAG = "mcpier/test-playwright:latest"
# On containers, volumes and networks; its value is the process id of the run that they belong to.
LABEL = "mcpier.test"
OWNED = f"{LABEL}={os.getpid()}"


def docker(*words: str, check: bool = True) -> str:
    """Run a docker command and return its standard output and error."""
    done = subprocess.run(
        ["docker", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 0 or not check, f"docker {words[0]} failed: {done.stdout}"
    return done.stdout.strip()


def build_image() -> str:
    """Build the image under test with the classic builder, whose cache makes a rebuild quick.

    Returns the image's id: the tag may have moved on, to another run's.
    """
    done = subprocess.run(
        ["docker", "build", "--quiet", "--build-arg", f"BASE={BASE}", "--tag", TAG, str(IMAGE)],
        env={**os.environ, "DOCKER_BUILDKIT": "0"},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def sweep() -> None:
    """Remove the containers, then the volumes and networks, that interrupted runs left behind."""
    for kind, name, all_of_them in (
        ("container", "ID", ["--all"]),
        ("volume", "Name", []),
        ("network", "ID", []),
    ):
        shown = f'{{{{.{name}}}}} {{{{.Label "{LABEL}"}}}}'
        found = docker(kind, "ls", *all_of_them, f"--filter=label={LABEL}", f"--format={shown}")
        for left, owner in (line.split() for line in found.splitlines()):
            if not Path(f"/proc/{owner}").exists():
                docker(kind, "rm", "--force", left)
