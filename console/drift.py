"""How a stack's containers differ from its state: more than what Pulumi's refresh sees."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CONTAINER = "docker:index/container:Container"
MIB = 1 << 20
# The key by which a state marks what stands encrypted in it (Pulumi, sdk/go/common/resource).
SECRET = "4dabf18193072939515e22adb298388d"
ACTED_ON = ("mcpier.", "traefik.")


@dataclass(frozen=True, kw_only=True)
class Drift:
    """A container that is not as the state says: `problems` in words, none of them a value.

    `changed`: it is there and runs otherwise; `impostor`: the id of what stands in its place.
    """

    urn: str
    name: str
    problems: Sequence[str]
    changed: bool = False
    impostor: str | None = None


@dataclass(frozen=True, kw_only=True)
class Host:
    """What `docker inspect` tells of a stack's containers, and of their images, by id."""

    containers: Mapping[str, Mapping[str, Any]]
    images: Mapping[str, Mapping[str, Any]]


def container_drift(resources: Iterable[Mapping[str, Any]], host: Host) -> list[Drift]:
    """Every container of the state that is gone, stands still, was made anew or changed."""
    ours = [resource for resource in resources if resource.get("type") == CONTAINER]
    found = (_drift(resource, host) for resource in ours)
    return [drift for drift in found if drift.problems]


def _drift(resource: Mapping[str, Any], host: Host) -> Drift:
    inputs, urn = resource["inputs"], resource["urn"]
    name = str(inputs["name"])
    container = host.containers.get(resource["id"])
    if container is not None:
        changes = _changes(inputs, container, host)
        still = [] if container["State"]["Running"] else ["stands still"]
        return Drift(urn=urn, name=name, problems=[*still, *changes], changed=bool(changes))
    for id_, other in host.containers.items():
        if other["Name"].removeprefix("/") == name:
            problems = ["was made anew, not by Pulumi", *_changes(inputs, other, host)]
            return Drift(urn=urn, name=name, problems=problems, impostor=id_)
    return Drift(urn=urn, name=name, problems=["is gone"])


def _changes(inputs: Mapping[str, Any], container: Mapping[str, Any], host: Host) -> list[str]:
    config, limits = container["Config"], container["HostConfig"]
    image = host.images.get(container["Image"], {}).get("Config") or {}
    changes = [] if container["Image"] == inputs["image"] else ["runs another image"]
    if not _is_secret(inputs.get("envs")):
        changes += _changed(
            "variable",
            _variables(inputs.get("envs")),
            _variables(config["Env"]),
            _variables(image.get("Env")),
        )
    changes += _changed(
        "label",
        _labels(inputs),
        _that_count(config.get("Labels")),
        _that_count(image.get("Labels")),
    )
    if limits["Memory"] != inputs["memory"] * MIB:
        changes.append(f"may use {limits['Memory'] // MIB} MiB, not {inputs['memory']}")
    if limits["RestartPolicy"]["Name"] != inputs["restart"]:
        changes.append(f"has restart policy {limits['RestartPolicy']['Name']}")
    return changes


def _changed(
    what: str, wanted: Mapping[str, str], has: Mapping[str, str], image: Mapping[str, str]
) -> list[str]:
    """The names that differ, beside those that the image brings along; a value may be secret."""
    expected = {**image, **wanted}
    return [
        f"{what} {name} is {'gone' if name not in has else 'changed'}"
        if name in expected
        else f"has {what} {name}"
        for name in sorted(expected.keys() | has.keys())
        if expected.get(name) != has.get(name)
    ]


def _that_count(labels: Mapping[str, str] | None) -> dict[str, str]:
    """The labels that somebody acts on; Docker Desktop, for one, adds others of its own."""
    return {name: value for name, value in (labels or {}).items() if name.startswith(ACTED_ON)}


def _is_secret(value: object) -> bool:
    """Whether the state holds a value encrypted."""
    return isinstance(value, Mapping) and SECRET in value


def _variables(pairs: Sequence[str] | None) -> dict[str, str]:
    return {name: value for name, _, value in (pair.partition("=") for pair in pairs or ())}


def _labels(inputs: Mapping[str, Any]) -> dict[str, str]:
    return {entry["label"]: entry["value"] for entry in inputs.get("labels") or ()}
