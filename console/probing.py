"""Runs the programs of probes/ on the Docker host, each in a container that goes with it."""

import json
import shlex
from pathlib import Path
from typing import Any

from components.core.model import StackSpec
from console import docker
from console.prune import BUILT

PROBES = Path(__file__).parent / "probes"


def python_image(spec: StackSpec) -> list[str]:
    """The words by which `docker run` names a stack's image with Python."""
    image = spec.bases.python
    # A name that is made on the host may be anybody's in a registry.
    return [*(["--pull", "never"] if image.startswith(BUILT) else []), image]


def run_probe(spec: StackSpec, probe: str, run: str, question: str = "") -> Any:
    """What a probe tells in JSON; `run` begins with `docker run`. Raises `ConsoleError`."""
    program = (PROBES / f"{probe}.py").read_text("utf-8")
    words = [*shlex.split(run), *python_image(spec), "python3", "-c", program]
    return json.loads(docker.run(words, question))
