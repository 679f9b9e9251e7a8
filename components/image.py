"""Images: built from a folder of the checkout, or taken as they are."""

from collections.abc import Mapping

import pulumi
import pulumi_docker as docker

from components.core.digest import built_name


def built_image(
    name: str,
    *,
    folder: str,
    digest: str,
    build_args: Mapping[str, str],
    parent: pulumi.Resource,
    repository: str | None = None,
) -> docker.RemoteImage:
    """Builds `mcpier/<repository>`, by default `mcpier/<name>`, from a folder.

    The folder is relative to the project, or absolute. The tag is a digest of content and
    arguments. It stays on the host when the stack goes: stacks share images.
    """
    return docker.RemoteImage(
        f"{name}-image",
        name=built_name(repository or name, digest, build_args),
        build=docker.RemoteImageBuildArgs(
            context=folder,
            build_args=dict(sorted(build_args.items())),
            remove=True,
            force_remove=True,
        ),
        keep_locally=True,
        opts=pulumi.ResourceOptions(parent=parent),
    )


def ready_image(name: str, reference: str, *, parent: pulumi.Resource) -> docker.RemoteImage:
    """An image that is on the host, or is pulled where it is not."""
    return docker.RemoteImage(
        f"{name}-image",
        name=reference,
        keep_locally=True,
        opts=pulumi.ResourceOptions(parent=parent),
    )
