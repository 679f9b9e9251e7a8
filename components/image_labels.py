"""Before an instance starts: see that its image says nothing to Traefik.

The engine gives a container the labels of its image beside its own, and Traefik reads all of
them: a router among an image's labels would lead past the gate, or take what others are sent.
"""

import json
from collections.abc import Sequence

import pulumi
import pulumi_docker as docker
from pulumi_command import local

from components.script import run_script


def check_image_labels(
    name: str,
    images: Sequence[tuple[str, docker.RemoteImage]],
    opts: pulumi.ResourceOptions,
) -> local.Command:
    """Runs for other images than before, each with what a user calls it; fails if one does."""
    names = [called for called, _ in images]
    ids = pulumi.Output.all(*(image.image_id for _, image in images))
    told = ids.apply(lambda found: json.dumps(list(zip(names, found, strict=True))))
    return run_script(name, "check_image_labels", stdin=told, opts=opts)
