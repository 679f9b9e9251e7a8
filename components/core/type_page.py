"""What instance types offer: as data for programs, and as the page docs/instance-types.md."""

from collections.abc import Iterable, Iterator
from typing import Any

from components.core.choice import Choice, shown_values
from components.core.instance_type import Build, Endpoint, InstanceType, Variable

HEAD = """# Instance types
What an instance can be: `type: <name>`, and the keys that a type adds to those that every instance
has. Made from each type's `type.yaml` by `.venv/bin/mcpier types --markdown`; a type of your own is
[a folder](adding-a-type.md).
"""


def described(kind: InstanceType) -> dict[str, Any]:
    """A type as data: what `mcpier types --json` prints of it."""
    return {
        "name": kind.name,
        "description": kind.description,
        "folder": kind.folder,
        "endpoints": {item.name: _endpoint(item) for item in kind.endpoints},
        "choices": {choice.name: _choice(choice) for choice in kind.choices},
        "packages": list(_packages(kind)),
        "variables": {item.name: _variable(item) for item in kind.variables},
        "otherVariables": kind.reserved_variables is not None,
        "volumes": {
            volume.name: volume.path
            for container in kind.containers
            for volume in container.volumes
        },
        "sidecars": [sidecar.name for sidecar in kind.sidecars],
        "outside": kind.outside.value,
        "limits": vars(kind.limits),
    }


def page(kinds: Iterable[InstanceType]) -> str:
    """The page, in Markdown."""
    return "\n".join([HEAD, *("\n".join(_section(kind)) for kind in kinds)])


def _endpoint(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "port": endpoint.port,
        "path": endpoint.path,
        "scheme": endpoint.scheme.value,
        "auth": endpoint.auth.value,
    }


def _variable(variable: Variable) -> dict[str, Any]:
    return {
        "required": variable.required,
        "secret": variable.secret,
        "description": variable.description,
    }


def _choice(choice: Choice) -> dict[str, Any]:
    shown = {
        "type": choice.type.value,
        "required": choice.required,
        "pattern": choice.pattern,
        "minimum": choice.minimum,
        "maximum": choice.maximum,
        "default": choice.default,
        "example": choice.example,
        "description": choice.description,
    }
    return {key: value for key, value in shown.items() if value is not None}


def _packages(kind: InstanceType) -> tuple[str, ...]:
    return kind.image.packages if isinstance(kind.image, Build) else ()


def _section(kind: InstanceType) -> Iterator[str]:
    yield f"## {kind.name}\n{kind.description}\n"
    yield f"[Its README](../{kind.folder}/README.md)\n"
    if kind.choices:
        yield "| Choice | Type | Default | |\n|---|---|---|---|"
        yield from map(_row, kind.choices)
        yield ""
    yield from _facts(kind)


def _row(choice: Choice) -> str:
    usual = f"`{shown_values([choice.default])}`" if choice.default is not None else ""
    default = "required" if choice.required else usual
    return f"| `{choice.name}` | {choice.type} | {default} | {_cell(choice.description)} |"


def _facts(kind: InstanceType) -> Iterator[str]:
    for item in kind.endpoints:
        host = f"`{item.name}-<id>.<domain>`"
        yield f"- {host}: `{item.path}` of its port {item.port}, auth `{item.auth}`"
    if packages := _packages(kind):
        yield f"- `packages` of {', '.join(packages)}, installed when its image is built"
    for variable in kind.variables:
        marks = [word for word in ("required", "secret") if getattr(variable, word)]
        how = ", ".join(marks) or "may be set"
        yield f"- variable `{variable.name}` ({how}): {variable.description}"
    other = "any other variable" if kind.variables else "any variable"
    if kind.reserved_variables is not None:
        yield f"- `env` takes {other}" + (", but some" if kind.reserved_variables else "")
    for container in kind.containers:
        beside = "" if container is kind else f" of the container `{container.name}` beside it"
        for volume in container.volumes:
            yield f"- volume `{volume.name}` at `{volume.path}`{beside}"
    limits = kind.limits
    yield (
        f"- {limits.memory} MiB, {limits.cpus:g} CPU, {limits.pids} processes; "
        f"reaches {kind.outside}\n"
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
