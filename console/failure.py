"""Why a deploy failed, as far as the Docker host shows it: beside what Pulumi says."""

import shlex
import time
from collections.abc import Iterator, Mapping

from components.core.digest import built_name
from components.core.images import images_of, users_of
from components.core.instance_type import Build
from components.core.model import StackSpec
from components.core.naming import SIDECAR
from console import docker
from console.build import build_command, failing_build
from console.doctor import low_disk
from console.errors import ConsoleError
from console.exposure import look_at_host
from console.findings import Finding

LINES = 20
BUILD_SECONDS = 60


def explained(spec: StackSpec, error: ConsoleError) -> ConsoleError:
    """The error of a failed `up`, with what is found on the host that stands behind it."""
    try:
        room = low_disk(spec.stack, docker.engine(), lambda: look_at_host(spec))
        found = [*room, *_unbuilt(spec), *_not_started(spec.stack)]
    except ConsoleError as unanswered:
        found = [Finding(what=unanswered.what, remedy=unanswered.remedy)]
    lines = [error.what, *(f"  {finding.what}\n    → {finding.remedy}" for finding in found)]
    return ConsoleError("\n".join(lines), error.remedy)


def _unbuilt(spec: StackSpec) -> Iterator[Finding]:
    """The images that are to be built and are not there, by the instances that wait for them."""
    missing = _missing(spec)
    failed = _failed_again(missing)
    for name, (image, arguments) in missing.items():
        waiting = users_of(spec, name)
        command = shlex.join(build_command(image.folder, arguments))
        yield Finding(
            what=f"{_listed([item.id for item in waiting])}: the image of {_called(image)} is not "
            f"built; {failed.get(name, 'why stands above, if Pulumi has begun it')}",
            remedy=f"mend {image.folder}, or look further with: {command}",
        )


def _missing(spec: StackSpec) -> dict[str, tuple[Build, Mapping[str, str]]]:
    """The images that are not there, each with what its build is given, by logical name."""
    names = docker.image_names()
    builds = {
        name: (image, spec.bases.build_args(image))
        for name, image in images_of(spec).items()
        if isinstance(image, Build)
    }
    return {
        name: (image, arguments)
        for name, (image, arguments) in builds.items()
        if built_name(image.name, image.context_digest, arguments) not in names
    }


def _failed_again(missing: Mapping[str, tuple[Build, Mapping[str, str]]]) -> dict[str, str]:
    """The last lines of a build that fails once more, by the image's name: the provider keeps
    BuildKit's output to itself.

    Pulumi may never have begun some of them: one failure is enough, and all have one time together.
    """
    end = time.monotonic() + BUILD_SECONDS
    for name, (image, arguments) in missing.items():
        left = end - time.monotonic()
        if left <= 0:
            break
        print(f"Building {image.folder} again, for {left:.0f} s at most, to show where it fails.")
        said = failing_build(image.folder, arguments, left)
        if said is not None:
            return {name: _last_lines(said)}
    return {}


def _called(image: Build) -> str:
    type_, _, sidecar = image.name.partition("_")
    packages = ", ".join(name for names in image.installed.values() for name in names)
    beside = f"{sidecar} beside type {type_}" if sidecar else f"type {type_}"
    return f"{beside} with {packages}" if packages else beside


def _last_lines(said: str) -> str:
    lines = said.rstrip().splitlines()[-LINES:]
    return "\n".join([f"the last {LINES} lines of its build:", *(f"    {line}" for line in lines)])


def _listed(ids: list[str]) -> str:
    return f"instance{'s' if len(ids) > 1 else ''} {', '.join(ids)}"


def _not_started(stack: str) -> Iterator[Finding]:
    """Containers that the engine could make and not start; they have no log."""
    for container in docker.inspect_stack(stack).containers.values():
        labels, state = container["Config"]["Labels"], container["State"]
        if state["Status"] == "created":
            id_, role = labels.get("mcpier.instance"), labels["mcpier.role"]
            who = role if id_ is None else f"instance {id_}"
            yield Finding(
                what=f"{f'a container beside {who}' if role == SIDECAR else who} did not start: "
                f"{state['Error'] or 'it is created, and nothing has started it'}",
                remedy=f"look further with: docker inspect {container['Name'].removeprefix('/')}",
            )
