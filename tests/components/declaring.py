"""Declares a stack against mocks: what the engine would have been asked for.

As a program it reads the config from stdin and prints what `declared` gives.
"""

import json
import sys
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import pulumi
from google.protobuf.json_format import MessageToDict
from pulumi.runtime import mocks, rpc

from components import engine
from components.core.given import read_given
from components.core.parse import parse
from components.core.parse_type import parse_type
from components.instance_types import load_types
from components.platform import Platform
from components.surroundings import look_around
from tests.components.recording import PLAIN, ROOT


class Monitor(mocks.MockMonitor):
    """Keeps every registration as the engine sees it, secrets marked."""

    def __init__(self, answers: mocks.Mocks) -> None:
        super().__init__(answers)
        self.seen: list[dict[str, Any]] = []

    def RegisterResource(self, request: Any) -> Any:
        inputs = MessageToDict(request.object)
        self.seen.append(
            {
                "type": request.type,
                "name": request.name,
                "parent": _last(request.parent),
                "inputs": {key: _revealed(value) for key, value in inputs.items()},
                "secret": sorted(key for key, value in inputs.items() if _holds_secret(value)),
                "depends_on": sorted(map(_last, request.dependencies)),
                "ignored_changes": list(request.ignoreChanges),
                "replaced_on": list(request.replaceOnChanges),
                "secret_outputs": list(request.additionalSecretOutputs),
                "deleted_first": request.deleteBeforeReplace,
                "protected": request.protect,
            }
        )
        register: Callable[[Any], Any] = super().RegisterResource
        return register(request)


class Answers(mocks.Mocks):
    """What the providers would answer; in a first preview a command's output is not known."""

    def __init__(self, preview: bool) -> None:
        self.preview = preview

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        outputs = dict(args.inputs)
        if args.typ == "docker:index/remoteImage:RemoteImage":
            outputs["imageId"] = f"id of {args.inputs['name']}"
        if args.typ == "command:local:Command":
            outputs["stdout"] = rpc.UNKNOWN if self.preview else _printed(args.name)
        return f"{args.name}-id", outputs

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], None]:
        raise AssertionError(f"the program asked for {args.token}")


def _printed(command: str) -> str:
    if command == "vault-root":
        return f"{b64encode(ROOT.key).decode()}\n{ROOT.drawn_at}\n"
    return f"{ROOT.drawn_at}\n"


def _last(urn: str) -> str:
    return urn.rpartition("::")[2]


def _is_secret(value: Any) -> bool:
    return isinstance(value, dict) and value.get(rpc._special_sig_key) == rpc._special_secret_sig


def _holds_secret(value: Any) -> bool:
    if _is_secret(value):
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return any(map(_holds_secret, inner))


def _revealed(value: Any) -> Any:
    if _is_secret(value):
        return _revealed(value["value"])
    if isinstance(value, dict):
        return {key: _revealed(item) for key, item in value.items()}
    return [_revealed(item) for item in value] if isinstance(value, list) else value


def declared(config: Mapping[str, Any], preview: bool) -> str:
    """The platform of the stack `dev`, of the shipped types and a plain one: JSON.

    Resources, outputs, and which outputs are secret.
    """
    plain = parse_type("plain", "image/plain", PLAIN, "0" * 64)
    types = [*load_types(Path.cwd(), config), plain]
    spec = parse("dev", config, types, look_around(Path.cwd(), config))
    given = pulumi.Output.secret(config.get("secrets")).apply(read_given)
    monitor = Monitor(Answers(preview))
    pulumi.runtime.set_mocks(
        monitor.mocks, project="mcpier", stack="dev", preview=preview, monitor=monitor
    )
    outputs: dict[str, Any] = {}
    secret: list[str] = []

    async def keep(exported: dict[str, Any]) -> None:
        for name, value in sorted(exported.items()):
            output = pulumi.Output.from_input(value)
            outputs[name] = await output.future()
            secret.extend([name] if await output.is_secret() else [])

    run_and_wait: Callable[..., Callable[[], None]] = pulumi.runtime.test
    # As it is on an engine of these years: none is asked here.
    with (
        mock.patch.object(engine, "knows_start_interval", return_value=True),
        mock.patch.object(engine, "configured_pools", return_value=[]),
    ):
        run_and_wait(lambda: keep(dict(Platform("mcpier", spec, given).outputs())))()
    resources = sorted(monitor.seen, key=lambda item: (item["type"], item["name"]))
    return json.dumps({"resources": resources, "outputs": outputs, "secret_outputs": secret})


if __name__ == "__main__":
    print(declared(json.load(sys.stdin), preview=False))
