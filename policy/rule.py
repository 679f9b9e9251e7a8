"""What a rule is: pure, over the plain inputs of one resource."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from components.core.errors import Problem

CONTAINER = "docker:index/container:Container"
IMAGE = "docker:index/remoteImage:RemoteImage"
VOLUME = "docker:index/volume:Volume"
COMMAND = "command:local:Command"


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource's inputs, by Pulumi's names; one that is not known in a preview is left out."""

    stack: str
    props: Mapping[str, Any]

    @property
    def labels(self) -> dict[str, str]:
        """The Docker labels."""
        listed = self.props.get("labels") or []
        return {item["label"]: item["value"] for item in listed if "value" in item}

    @property
    def role(self) -> str:
        """What part of a stack it says it is; empty if it does not say."""
        return self.labels.get("mcpier.role", "")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Finds what is wrong with a resource of the type; `description` says what must be so."""

    name: str
    description: str
    check: Callable[[Resource], Iterable[Problem]]
    type: str = CONTAINER
