"""What packages without a version have come to: said at every deploy, so that it is written."""

from functools import partial

import pulumi
from pulumi_command import local

from components.core.images import image_name, users_of
from components.core.instance_type import Build
from components.core.model import StackSpec
from components.core.naming import helper_run
from components.core.parse_packages import unpinned
from components.instance_images import InstanceImages

# Where an image that takes packages notes them, a line each (image/stdio/install).
NOTED = "/opt/packages/installed"


def warn_of_unpinned(spec: StackSpec, images: InstanceImages, parent: pulumi.Resource) -> None:
    """A Command for each image with such packages; what it reads becomes a warning."""
    seen = set()
    for instance in spec.running:
        name, image = image_name(instance.type), instance.type.image
        if name in seen or not isinstance(image, Build) or not any(unpinned(image.installed)):
            continue
        seen.add(name)
        run = f"{helper_run(spec.stack)} --entrypoint cat "
        command = pulumi.Output.concat(run, images.of(instance.type).image_id, f" {NOTED}")
        read = local.Command(
            f"{name}-installed",
            create=command,
            update=command,
            logging=local.Logging.NONE,
            add_previous_output_in_env=False,
            opts=pulumi.ResourceOptions(parent=parent),
        )
        ids = ", ".join(item.id for item in users_of(spec, name))
        read.stdout.apply(partial(_warn, ids))


def _warn(ids: str, lines: str | None) -> None:
    if lines:
        found = "; ".join(lines.splitlines())
        pulumi.log.warn(f"instance {ids}: its packages came to {found}. Write these versions.")
