"""The images that instances run: one for each that is named, or built with the same packages."""

import pulumi
import pulumi_docker as docker
from pulumi_command import local

from components.core.images import image_name, images_of
from components.core.instance_type import Build, ContainerType, Ready
from components.core.model import StackSpec
from components.image import built_image, ready_image
from components.image_labels import check_image_labels


class InstanceImages:
    """Declares every image once, however many containers run it; they wait for `checked`."""

    checked: local.Command | None

    def __init__(self, spec: StackSpec, parent: pulumi.Resource) -> None:
        named = images_of(spec)
        self._images = {name: _declare(spec, name, image, parent) for name, image in named.items()}
        self.checked = None
        if named:
            called = [(_called(image), self._images[name]) for name, image in named.items()]
            child = pulumi.ResourceOptions(parent=parent)
            self.checked = check_image_labels("image-labels", called, child)

    def of(self, container: ContainerType) -> docker.RemoteImage:
        """The image of a container."""
        return self._images[image_name(container)]


def _called(image: Build | Ready) -> str:
    return image.reference if isinstance(image, Ready) else f"of {image.folder}"


def _declare(
    spec: StackSpec, name: str, image: Build | Ready, parent: pulumi.Resource
) -> docker.RemoteImage:
    if isinstance(image, Ready):
        return ready_image(name, image.reference, parent=parent)
    return built_image(
        name,
        repository=image.name,
        folder=image.folder,
        digest=image.context_digest,
        build_args=spec.bases.build_args(image),
        parent=parent,
    )
