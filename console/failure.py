"""Why a deploy failed, as far as the Docker host shows it: beside what Pulumi says."""

import shlex
from collections.abc import Iterator, Mapping

from components.core.digest import built_name
from components.core.instance_type import InstanceType
from components.core.model import StackSpec
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
        room = low_disk(docker.engine(), lambda: look_at_host(spec))
        found = [*room, *_unbuilt(spec), *_not_started(spec.stack)]
    except ConsoleError as unanswered:
        found = [Finding(what=unanswered.what, remedy=unanswered.remedy)]
    lines = [error.what, *(f"  {finding.what}\n    → {finding.remedy}" for finding in found)]
    return ConsoleError("\n".join(lines), error.remedy)


def _unbuilt(spec: StackSpec) -> Iterator[Finding]:
    """The types whose images are not there, by the instances that wait for them."""
    names = docker.image_names()
    for kind in {item.type.name: item.type for item in spec.running}.values():
        arguments = spec.bases.build_args(kind.base)
        if built_name(kind.name, kind.context_digest, arguments) in names:
            continue
        waiting = [item.id for item in spec.running if item.type.name == kind.name]
        command = shlex.join(build_command(kind.folder, arguments))
        yield Finding(
            what=f"{_listed(waiting)}: the image of type {kind.name} is not built; "
            f"{_last_lines(kind, arguments)}",
            remedy=f"mend {kind.folder}, or look further with: {command}",
        )


def _last_lines(kind: InstanceType, arguments: Mapping[str, str]) -> str:
    """Of its build, which is run once more: the provider keeps BuildKit's output to itself."""
    print(f"Building {kind.folder} again, for {BUILD_SECONDS} s at most, to show where it fails.")
    said = failing_build(kind.folder, arguments, BUILD_SECONDS)
    if said is None:
        return f"why stands above, at {kind.name}-image"
    lines = said.rstrip().splitlines()[-LINES:]
    return "\n".join([f"the last {LINES} lines of its build:", *(f"    {line}" for line in lines)])


def _listed(ids: list[str]) -> str:
    return f"instance{'s' if len(ids) > 1 else ''} {', '.join(ids)}"


def _not_started(stack: str) -> Iterator[Finding]:
    """Containers that the engine could make and not start; they have no log."""
    for container in docker.inspect_stack(stack).containers.values():
        labels, state = container["Config"]["Labels"], container["State"]
        if state["Status"] == "created":
            id_ = labels.get("mcpier.instance")
            yield Finding(
                what=f"{f'instance {id_}' if id_ else labels['mcpier.role']} did not start: "
                f"{state['Error'] or 'it is created, and nothing has started it'}",
                remedy=f"look further with: docker inspect {container['Name'].removeprefix('/')}",
            )
