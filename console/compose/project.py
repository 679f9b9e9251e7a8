"""A stack as a Compose project: its document, and the files that it refers to. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from components.core.naming import INSTANCE, host_name, sidecar_prefix
from console.compose.filler import filler, fills
from console.compose.rehearsal import (
    COMMAND,
    CONTAINER,
    IMAGE,
    NETWORK,
    VOLUME,
    Rehearsal,
    Resource,
)
from console.compose.service import labels, seccomp_profile, service


@dataclass(frozen=True, kw_only=True)
class Project:
    """What Compose reads, and files by their paths below the folder; these hold secrets."""

    document: Mapping[str, Any]
    files: Mapping[str, str] = field(repr=False)


def render(stack: str, rehearsal: Rehearsal, checkout: Path, folder: Path) -> Project:
    """Renders what a rehearsal of a stack has declared; the files will stand in `folder`."""
    files: dict[str, str] = {}
    fillers = _fillers(rehearsal, folder, files)
    services = dict(fillers)
    limits = _process_limits(rehearsal)
    containers = {
        each.inputs["name"].removeprefix(host_name(stack, "")): each.inputs
        for each in rehearsal.of(CONTAINER)
    }
    for name, inputs in containers.items():
        profile = seccomp_profile(inputs)
        file = f"seccomp/{_alike(name, labels(inputs['labels']))}.json"
        files |= {file: profile} if profile else {}
        services[name] = {
            **service(inputs, str(folder / file)),
            "pids_limit": limits[inputs["name"]],
            "depends_on": _waits_for(inputs, fillers) | _beside(name, containers),
        }
    builds = {image.inputs["name"]: _build(image, checkout) for image in rehearsal.of(IMAGE)}
    document = {
        "services": {name: _built(entry, builds) for name, entry in services.items()},
        "networks": {each.inputs["name"]: _network(each) for each in rehearsal.of(NETWORK)},
        "volumes": {
            each.inputs["name"]: {
                "name": each.inputs["name"],
                "labels": labels(each.inputs["labels"]),
            }
            for each in rehearsal.of(VOLUME)
        },
    }
    return Project(document=_escaped(document), files=files)


def _fillers(rehearsal: Rehearsal, folder: Path, files: dict[str, str]) -> dict[str, Any]:
    """The services that fill volumes; what they read goes to the files."""
    found = {}
    for command in rehearsal.of(COMMAND):
        if fills(command.inputs["create"]):
            file, stdin = f"stdin/{command.name}", command.inputs.get("stdin")
            files |= {file: stdin} if stdin else {}
            read = str(folder / file) if stdin else None
            found[command.name] = filler(command.inputs["create"], read)
    return found


def _process_limits(rehearsal: Rehearsal) -> dict[str, int]:
    """The provider has no field for them: the Command that waits for the containers sets them."""
    documents = (
        json.loads(command.inputs["stdin"])
        for command in rehearsal.of(COMMAND)
        if "await_ready.py" in command.inputs["create"]
    )
    return {
        entry["name"]: entry["pids"] for document in documents for entry in document["containers"]
    }


def _waits_for(inputs: Mapping[str, Any], fillers: Mapping[str, Any]) -> dict[str, Any]:
    """Whatever fills a volume that the container mounts."""
    mounted = {mount["source"] for mount in inputs.get("mounts") or ()}
    return {
        name: {"condition": "service_completed_successfully"}
        for name, entry in fillers.items()
        if mounted.intersection(volume["source"] for volume in entry["volumes"])
    }


def _alike(name: str, marks: Mapping[str, str]) -> str:
    """What containers of one profile are called together: the instances of a type."""
    return marks["mcpier.type"] if marks["mcpier.role"] == INSTANCE else name


def _beside(name: str, containers: Iterable[str]) -> dict[str, Any]:
    """The side containers of an instance, which start before it."""
    return {
        other: {"condition": "service_started"}
        for other in containers
        if other.startswith(sidecar_prefix(name))
    }


def _build(image: Resource, checkout: Path) -> dict[str, Any] | None:
    build = image.inputs.get("build")
    if not build:
        return None
    return {"context": str(checkout / build["context"]), "args": build["buildArgs"]}


def _built(entry: Mapping[str, Any], builds: Mapping[str, Any]) -> dict[str, Any]:
    build = builds.get(entry["image"])
    return {**entry, "build": build} if build else dict(entry)


def _network(network: Resource) -> dict[str, Any]:
    inputs = network.inputs
    entry = {
        "name": inputs["name"],
        "driver": inputs["driver"],
        "labels": labels(inputs["labels"]),
        "driver_opts": inputs.get("options") or {},
        "internal": bool(inputs.get("internal")),
    }
    return entry | ({"ipam": {"config": inputs["ipamConfigs"]}} if "ipamConfigs" in inputs else {})


def _escaped(value: Any) -> Any:
    """Compose takes `$` for the beginning of a variable."""
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, Mapping):
        return {key: _escaped(entry) for key, entry in value.items()}
    return [_escaped(entry) for entry in value] if isinstance(value, list | tuple) else value
