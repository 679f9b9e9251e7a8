"""Before an instance starts: see that its image says nothing to Traefik.

The engine gives a container the labels of its image beside its own, and Traefik reads all of
them: a router among an image's labels would lead past the gate, or take what others are sent.
"""

import json
from collections.abc import Sequence

import pulumi
import pulumi_docker as docker
from pulumi_command import local

COMMAND = "python3 components/scripts/check_image_labels.py"


def check_image_labels(
    name: str,
    images: Sequence[tuple[str, docker.RemoteImage]],
    opts: pulumi.ResourceOptions,
) -> local.Command:
    """Runs for other images than before, each with what a user calls it; fails if one does."""
    names = [called for called, _ in images]
    ids = pulumi.Output.all(*(image.image_id for _, image in images))
    return local.Command(
        name,
        create=COMMAND,
        update=COMMAND,
        stdin=ids.apply(lambda found: json.dumps(list(zip(names, found, strict=True)))),
        # What it says in failing comes with the error; logged as well it would stand there twice.
        logging=local.Logging.NONE,
        add_previous_output_in_env=False,
        opts=opts,
    )
