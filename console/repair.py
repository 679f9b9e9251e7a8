"""Takes up a stack where a killed update left it."""

from collections.abc import Iterable
from typing import Any

from console import docker
from console.locks import release_dead_locks
from console.pulumi import Pulumi


def repair(pulumi: Pulumi) -> None:
    """Ends dead locks, clears creates that never ended, and removes what they left on the host."""
    release_dead_locks(pulumi)
    deployment = pulumi.json("stack", "export").get("deployment") or {}
    if deployment.get("pending_operations"):
        print("Clearing what the killed update had begun and not noted down.")
        pulumi.run(
            "refresh", "--yes", "--skip-preview", "--clear-pending-creates", "--stack", pulumi.stack
        )
        deployment = pulumi.json("stack", "export").get("deployment") or {}
    known = known_ids(deployment.get("resources", []))
    for kind in ("container", "network"):
        for found in docker.labelled(kind, pulumi.stack):
            if found.id not in known:
                print(f"Removing {kind} {found.name}: it is this stack's, but its state has none.")
                docker.remove(kind, found.id)


def known_ids(resources: Iterable[dict[str, Any]]) -> set[str]:
    """The ids that a state's resources have on their host."""
    return {resource["id"] for resource in resources if "id" in resource}
