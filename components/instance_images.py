"""The images that instances run: one for each that is named, or built with the same packages."""

import pulumi
import pulumi_docker as docker

from components.core.images import image_name, images_of
from components.core.instance_type import Build, ContainerType, Ready
from components.core.model import StackSpec
from components.image import built_image, ready_image


class InstanceImages:
    """Declares every image once, however many containers run it."""

    def __init__(self, spec: StackSpec, parent: pulumi.Resource) -> None:
        self._images = {
            name: _declare(spec, name, image, parent) for name, image in images_of(spec).items()
        }

    def of(self, container: ContainerType) -> docker.RemoteImage:
        """The image of a container."""
        return self._images[image_name(container)]


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
