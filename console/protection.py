"""Protected instances: what would remove one is refused before anything is changed."""

from collections.abc import Iterable, Mapping
from typing import Any

from components.core.model import StackSpec
from console.errors import ConsoleError

INSTANCE = "mcpier:index:McpInstance"
LOGICAL_PREFIX = "mcp-"


def protected_ids(resources: Iterable[Mapping[str, Any]]) -> list[str]:
    """The ids of the instances that a state's resources protect, sorted."""
    return sorted(
        resource["urn"].rpartition("::")[2].removeprefix(LOGICAL_PREFIX)
        for resource in resources
        if resource.get("type") == INSTANCE and resource.get("protect")
    )


def refuse_destroy(stack: str, resources: Iterable[Mapping[str, Any]]) -> None:
    """Raises `ConsoleError` naming every instance that is protected."""
    if found := protected_ids(resources):
        raise ConsoleError(
            f"stack {stack} has protected instances: {', '.join(found)}. Nothing was removed",
            "to remove all else and leave them serving, type: "
            f"make destroy STACK={stack} KEEP_PROTECTED=1\n"
            f"  → to remove them too, write protect: false for each in stacks/Pulumi.{stack}.yaml, "
            f"then type: make up STACK={stack} && make destroy STACK={stack}",
        )


def refuse_removal(spec: StackSpec, resources: Iterable[Mapping[str, Any]]) -> None:
    """Raises `ConsoleError` naming every protected instance that the stack file has no more."""
    kept = {instance.id for instance in spec.instances}
    gone = [id_ for id_ in protected_ids(resources) if id_ not in kept]
    if gone:
        raise ConsoleError(
            f"stacks/Pulumi.{spec.stack}.yaml has no entry for protected instances: "
            f"{', '.join(gone)}. Nothing was changed",
            "put the entry back; to let an instance go, deploy it with protect: false first",
        )
