"""A stack as a Compose project: its document, and the files that it refers to. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from components.core.naming import host_name
from console.compose.filler import RUN, filler
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
    services: dict[str, Any] = {}
    for command in rehearsal.of(COMMAND):
        if command.inputs["create"].startswith(RUN):
            file = f"stdin/{command.name}"
            files[file] = command.inputs["stdin"]
            services[command.name] = filler(command.inputs["create"], str(folder / file))
    fillers = dict(services)
    limits = _process_limits(rehearsal)
    for container in rehearsal.of(CONTAINER):
        inputs = container.inputs
        profile = seccomp_profile(inputs)
        file = f"seccomp/{labels(inputs['labels']).get('mcpier.type', container.name)}.json"
        files |= {file: profile} if profile else {}
        services[inputs["name"].removeprefix(host_name(stack, ""))] = {
            **service(inputs, str(folder / file)),
            "pids_limit": limits[inputs["name"]],
            "depends_on": _waits_for(inputs, fillers),
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
