"""The images that containers of instances run: one for each that is named, or built alike."""

from collections.abc import Iterator
from hashlib import sha256

from components.core.instance_type import Build, ContainerType, Ready
from components.core.model import Instance, StackSpec


def image_name(container: ContainerType) -> str:
    """The logical name of a container's image."""
    image = container.image
    if isinstance(image, Ready):
        return f"ready-{_digest(image.reference)}"
    if not image.installed:
        return image.name
    return f"{image.name}-{_digest(repr(sorted(image.installed.items())))}"


def images_of(spec: StackSpec) -> dict[str, Build | Ready]:
    """The images that a stack runs, each once, by logical name."""
    return {image_name(container): container.image for _, container in _containers(spec)}


def users_of(spec: StackSpec, image: str) -> list[Instance]:
    """The instances that run an image, by its logical name, on their own or beside them."""
    found = {
        item.id: item for item, container in _containers(spec) if image_name(container) == image
    }
    return list(found.values())


def _containers(spec: StackSpec) -> Iterator[tuple[Instance, ContainerType]]:
    return ((item, container) for item in spec.running for container in item.type.containers)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:8]
