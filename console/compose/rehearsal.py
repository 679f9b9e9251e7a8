"""What a deploy would declare: the program itself, run against a stand-in for Pulumi's engine."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import mocks, rpc

from components.core.given import AllGiven
from components.core.model import StackSpec
from components.platform import Platform

COMMAND = "command:local:Command"
CONTAINER = "docker:index/container:Container"
IMAGE = "docker:index/remoteImage:RemoteImage"
NETWORK = "docker:index/network:Network"
VOLUME = "docker:index/volume:Volume"


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource as it would be declared, by Pulumi's names; secrets stand in it in the clear."""

    type: str
    name: str
    inputs: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """The resources of a stack, and its outputs."""

    resources: tuple[Resource, ...]
    outputs: Mapping[str, Any]

    def of(self, type_: str) -> list[Resource]:
        """The resources of one type."""
        return [resource for resource in self.resources if resource.type == type_]


class _Engine(mocks.Mocks):
    """Notes what is declared; the only commands that it answers are those that draw."""

    def __init__(self, root: str) -> None:
        self._root = root
        self.seen: list[Resource] = []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        inputs = _revealed(args.inputs)
        self.seen.append(Resource(type=args.typ, name=args.name, inputs=inputs))
        if args.typ == IMAGE:
            return args.name, {**inputs, "imageId": inputs["name"]}
        if args.typ == COMMAND:
            return args.name, {**inputs, "stdout": self._drawn(args.name)}
        return args.name, inputs

    def _drawn(self, name: str) -> str:
        if name == "vault-root":
            return self._root
        return self._root.split()[1] if name.startswith("vault-") else ""

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], None]:
        raise AssertionError(f"the program asked for {args.token}")


def _revealed(value: Any) -> Any:
    if rpc.is_rpc_secret(value):
        return _revealed(rpc.unwrap_rpc_secret(value))
    if isinstance(value, Mapping):
        return {key: _revealed(entry) for key, entry in value.items()}
    return [_revealed(entry) for entry in value] if isinstance(value, list) else value


def rehearse(project: Path, spec: StackSpec, root: str) -> Rehearsal:
    """Runs the program for a stack; `root` is what its drawing command would print.

    It is run in the project's folder, as Pulumi does.
    """
    os.chdir(project)
    engine = _Engine(root)
    mocks.set_mocks(engine, project="mcpier", stack=spec.stack, preview=False)
    outputs: dict[str, Any] = {}

    async def declare() -> None:
        platform = Platform("mcpier", spec, pulumi.Output.from_input(AllGiven()))
        for name, value in platform.outputs().items():
            outputs[name] = await pulumi.Output.from_input(value).future()

    run: Callable[..., Callable[[], None]] = pulumi.runtime.test
    run(declare)()
    return Rehearsal(resources=tuple(engine.seen), outputs=outputs)
