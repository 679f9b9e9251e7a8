"""Images are what they were when somebody looked at them."""

import re
from collections.abc import Iterator

from components.core.errors import Problem
from policy.rule import IMAGE, Resource, Rule

CONTENT = re.compile(
    # An id; a name with a digest; a tag that is a digest, as components.core.digest makes it.
    r"sha256:[0-9a-f]{64}|\S+@sha256:[0-9a-f]{64}|mcpier/[a-z0-9-]+:[0-9a-f]{16}"
)
PATH_AND_TAG = re.compile(r"(?:[^/]+/)*[^/:]+(?::(?P<tag>[^/:]+))?")


def container_image(container: Resource) -> Iterator[Problem]:
    """A container names content, not a name that may come to mean something else."""
    image = container.props.get("image")
    if image is not None and not CONTENT.fullmatch(image):
        yield Problem(
            path="image",
            expected="an image's id, a digest, or a tag that is one (mcpier/<name>:<16 digits>)",
            found=image,
            remedy="Declare a RemoteImage of that name, and set this to its image_id.",
        )


def fetched_image(image: Resource) -> Iterator[Problem]:
    """What is fetched, or built upon, has a version."""
    build = image.props.get("build") or {}
    named = {"name": image.props.get("name"), **_bases(build.get("buildArgs") or {})}
    for path, reference in named.items():
        if reference is not None and _floats(reference):
            yield Problem(
                path=path,
                expected="a digest, or a tag other than latest",
                found=reference,
                remedy="Name the version that you have tried.",
            )


def _bases(arguments: dict[str, str]) -> dict[str, str]:
    return {f"build.buildArgs.{name}": arguments[name] for name in arguments if name == "BASE"}


def _floats(reference: str) -> bool:
    if "@" in reference:
        return False
    found = PATH_AND_TAG.fullmatch(reference)
    return found is None or found["tag"] in (None, "latest")


RULES = [
    Rule(
        name="pinned-image",
        description="A container's image is named by its content.",
        check=container_image,
    ),
    Rule(
        name="versioned-image",
        description="An image that is fetched or built upon has a version.",
        check=fetched_image,
        type=IMAGE,
    ),
]
