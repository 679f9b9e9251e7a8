"""Images that mcpier has built and no stack of the host uses any more."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from console import docker
from console.locks import refuse_beside_another
from console.pulumi import Pulumi, stack_file

BUILT = "mcpier/"
KEPT = (
    # What is built from them needs them, and a machine without an image registry cannot get them
    # back.
    "mcpier/base-",
    # No container stays that has it: a deploy takes the probe from it.
    "mcpier/probe:",
)


@dataclass(frozen=True, kw_only=True)
class Image:
    """An image by its name, and the bytes that it takes, those included that others share."""

    name: str
    size: int


def prune(stack: str) -> list[Image]:
    """Removes them from the stack's host, and gives what they were.

    What another stack's container uses stays. Raises `ConsoleError` where there is no such stack:
    it would be another host; and while an update runs: what it has built has no container yet.
    """
    stack_file(stack)
    refuse_beside_another(Pulumi.of(stack))
    images = docker.inspect("image", sorted(docker.image_ids())).values()
    used = {str(found["Image"]) for found in docker.all_containers().values()}
    found = unused(images, used)
    for image in found:
        docker.remove_image(image.name)
    return found


def unused(images: Iterable[Mapping[str, Any]], used: set[str]) -> list[Image]:
    """The images of mcpier's that no container has; `used` are ids."""
    return sorted(
        (
            Image(name=name, size=image["Size"])
            for image in images
            if image["Id"] not in used
            for name in image["RepoTags"] or ()
            if name.startswith(BUILT) and not name.startswith(KEPT)
        ),
        key=lambda image: image.name,
    )
