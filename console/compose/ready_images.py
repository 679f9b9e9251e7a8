"""What a Compose project cannot do by itself: see that images say nothing to Traefik."""

import json
import subprocess
import sys

from components.core.images import images_of
from components.core.instance_type import Ready
from components.core.model import StackSpec
from console import docker
from console.errors import ConsoleError
from console.pulumi import PROJECT

SCRIPT = PROJECT / "components" / "scripts" / "check_image_labels.py"


def unseen(spec: StackSpec) -> list[str]:
    """The ready images of a stack that are not on the engine, so that nobody can look at them.

    Raises `ConsoleError` where one that is there would tell Traefik whom to serve.
    """
    named = [image.reference for image in images_of(spec).values() if isinstance(image, Ready)]
    there = [reference for reference in named if docker.inspect("image", [reference])]
    if there:
        _look_at(there)
    return [reference for reference in named if reference not in there]


def _look_at(references: list[str]) -> None:
    looked = subprocess.run(
        [sys.executable, str(SCRIPT)],
        input=json.dumps([(reference, reference) for reference in references]),
        capture_output=True,
        text=True,
        check=False,
    )
    if looked.returncode != 0:
        what, _, remedy = looked.stderr.strip().partition("\n  → ")
        raise ConsoleError(what, remedy)
