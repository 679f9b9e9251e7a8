"""Takes up a stack where a killed update, or a loss on the host, left it."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from console import docker
from console.drift import CONTAINER, Drift, container_drift
from console.errors import ConsoleError
from console.locks import release_dead_locks
from console.pulumi import Deployment, Pulumi

Resources = Iterable[Mapping[str, Any]]
COMMAND = "command:local:Command"
NETWORK, VOLUME, IMAGE = (
    "docker:index/network:Network",
    "docker:index/volume:Volume",
    "docker:index/remoteImage:RemoteImage",
)
# In this order they can be removed.
KINDS = {CONTAINER: "container", NETWORK: "network", VOLUME: "volume"}
REMOVAL = {"container": "rm -f", "network": "network rm", "volume": "volume rm"}


def repair(pulumi: Pulumi, deployment: Deployment) -> list[str]:
    """Ends dead locks, removes and clears what a killed update of this deployment had begun.

    Gives the flags with which `pulumi up` makes again what the host has lost. Raises
    `ConsoleError` where the host has a stack of this name that the state knows nothing of.
    """
    broken_off = release_dead_locks(pulumi)
    resources = deployment.resources
    if broken_off or deployment.pending:
        remove_unknown(pulumi.stack, known_ids(resources), ("container", "network"))
    elif not resources:
        refuse_strangers(pulumi)
    if deployment.pending:
        print("Clearing what the killed update had begun and not noted down.")
        clear = ("refresh", "--yes", "--skip-preview", "--clear-pending-creates")
        pulumi.run(*clear, "--stack", pulumi.stack)
        resources = pulumi.deployment().resources
    flags, drifts = _mending(pulumi.stack, resources)
    remove_impostors(drifts)
    return flags


def foresee_repair(stack: str, resources: Resources) -> list[str]:
    """The flags that `repair` would give, naming what it would remove first.

    What a killed update left is not foreseen: Pulumi's own preview warns of it.
    """
    flags, drifts = _mending(stack, resources)
    for drift in drifts:
        if drift.impostor is not None:
            said = f"First, container {drift.name} is removed: it was made anew, not by Pulumi."
            # Before what Pulumi prints, which does not come through here.
            print(said, flush=True)
    return flags


def _mending(stack: str, resources: Resources) -> tuple[list[str], list[Drift]]:
    """The flags with which Pulumi makes again what the host has lost; how its containers differ."""
    present = all_on_host(stack)
    drifts = container_drift(resources, docker.inspect_stack(stack))
    changed = {drift.urn for drift in drifts if drift.changed}
    return flags_for_lost(resources, present, changed), drifts


def all_on_host(stack: str) -> dict[str, set[str]]:
    """The ids that the host has, by type of resource."""
    return {kind: known_on_host(kind, stack) for kind in (*KINDS, IMAGE)}


def known_on_host(kind: str, stack: str) -> set[str]:
    """The ids that the host has of a type of resource; a container that stands still is none."""
    if kind == IMAGE:
        return docker.image_ids()
    if kind == CONTAINER:
        return docker.running(stack)
    return {found.id for found in docker.labelled(KINDS[kind], stack)}


def remove_unknown(stack: str, known: Collection[str], kinds: Iterable[str]) -> None:
    """Removes what carries the stack's label and is not among the known ids, naming each."""
    for kind in kinds:
        for found in docker.labelled(kind, stack):
            if found.id not in known:
                print(f"Removing {kind} {found.name}: it is this stack's, but its state has none.")
                docker.remove(kind, found.id)


def remove_impostors(drifts: Iterable[Drift]) -> None:
    """Removes what stands under a container's name in its place, naming each."""
    for drift in drifts:
        if drift.impostor is not None:
            print(f"Removing container {drift.name}: it was made anew, not by Pulumi.")
            docker.remove("container", drift.impostor)


def refuse_strangers(pulumi: Pulumi) -> None:
    """Raises `ConsoleError` where the host has what was deployed from elsewhere for this stack."""
    strangers = {
        kind: names
        for kind in KINDS.values()
        if (names := [found.name for found in docker.labelled(kind, pulumi.stack)])
    }
    if strangers:
        listed = ", ".join(f"{kind} {name}" for kind, names in strangers.items() for name in names)
        removals = (f"docker {REMOVAL[kind]} {' '.join(strangers[kind])}" for kind in strangers)
        raise ConsoleError(
            f"the host has parts of stack {pulumi.stack} ({listed}), but the state in "
            f"{pulumi.backend()} knows none of them",
            "set PULUMI_BACKEND_URL to where the stack was deployed from; if that state is lost, "
            f"remove them: {' && '.join(removals)}",
        )


def known_ids(resources: Resources) -> set[str]:
    """The ids that a state's resources have on their host."""
    return {resource["id"] for resource in resources if "id" in resource}


def flags_for_lost(
    resources: Resources, present: Mapping[str, Collection[str]], changed: Collection[str]
) -> list[str]:
    """Flags of `pulumi up`: a refresh where anything that the state knows is not present, and a
    replacement of what was changed (by URN) and of each Command that stands on either, for what it
    did is undone: a volume that it filled, a container that it waited for.
    """
    touched = {resource["urn"] for resource in lost_resources(resources, present)}.union(changed)
    repeated = {
        resource["urn"]
        for resource in resources
        if resource.get("type") == COMMAND
        and touched.intersection(resource.get("dependencies") or ())
    }
    replaced = sorted(repeated.union(changed))
    replacements = [flag for urn in replaced for flag in ("--replace", urn)]
    return ["--refresh", *replacements] if touched else []


def lost_resources(
    resources: Resources, present: Mapping[str, Collection[str]]
) -> list[Mapping[str, Any]]:
    """What the state knows and the host has not; `present` holds the host's ids by type."""
    return [
        resource
        for resource in resources
        if resource.get("type") in present and _host_id(resource) not in present[resource["type"]]
    ]


def _host_id(resource: Mapping[str, Any]) -> str:
    """An image's resource id holds its name too."""
    if resource["type"] == IMAGE:
        return str(resource["outputs"]["imageId"])
    return str(resource["id"])
