"""What a stack would ask of the engine: recorded once for many tests."""

import bz2
import json
import os
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from components.core.secrets import Root

PROJECT = Path(__file__).resolve().parents[2]
ROOT = Root(key=bytes(range(32)), drawn_at=1_790_000_000)
PLAIN: dict[str, Any] = {
    "description": "A server without a screen.",
    "build": {"base": "python"},
    "endpoints": {"mcp": {"port": 8080, "path": "/mcp"}},
    "otherVariables": {},
    "health": {"command": ["health"]},
}
STACK: dict[str, Any] = {
    "domain": "mcp.example.org",
    "edge": {"controlSubnet": "10.9.0.0/28"},
    "instances": {
        "demo": {"type": "playwright", "tokens": ["alice", "ci"]},
        "docs": {"type": "plain", "tokens": ["alice"]},
        "resting": {"type": "playwright", "state": "stopped", "tokens": ["alice"]},
    },
}
# Each stack is declared by a process of its own, for the SDK's settings are global and its mocks
# leave event loops open; a fork of one that has loaded the program takes a third of the time.
LOADED = get_context("forkserver")
LOADED.set_forkserver_preload(["tests.components.declaring"])
TYPES = {
    "component": "mcpier:index:McpInstance",
    "protection": "mcpier:index:Protection",
    "command": "command:local:Command",
    "container": "docker:index/container:Container",
    "image": "docker:index/remoteImage:RemoteImage",
    "network": "docker:index/network:Network",
    "volume": "docker:index/volume:Volume",
}


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A resource as it was registered; `secret` names the inputs that hold a secret."""

    type: str
    name: str
    parent: str
    inputs: Mapping[str, Any]
    secret: list[str]
    depends_on: list[str]
    ignored_changes: list[str]
    replaced_on: list[str]
    secret_outputs: list[str]
    deleted_first: bool
    protected: bool

    @property
    def labels(self) -> dict[str, str]:
        """The Docker labels, as a mapping."""
        return {item["label"]: item["value"] for item in self.inputs.get("labels", [])}

    @property
    def written(self) -> dict[str, Any]:
        """The document of a Command that writes files into volumes."""
        document: dict[str, Any] = json.loads(bz2.decompress(b64decode(self.inputs["stdin"])))
        return document


@dataclass(frozen=True, kw_only=True)
class Recording:
    """The resources of a stack and its outputs."""

    resources: list[Recorded]
    outputs: Mapping[str, Any]
    secret_outputs: list[str]

    def of(self, kind: str) -> dict[str, Recorded]:
        """The resources of a kind (see `TYPES`), by name."""
        return {item.name: item for item in self.resources if item.type == TYPES[kind]}

    def docker(self) -> dict[str, Recorded]:
        """Containers, networks and volumes by their names on the host."""
        kinds = ("container", "network", "volume")
        found: Iterable[Recorded] = (item for kind in kinds for item in self.of(kind).values())
        return {f"{item.type}/{item.inputs['name']}": item for item in found}


def declare(config: Mapping[str, Any] = STACK, *, preview: bool = False) -> Recording:
    """Records the stack `dev` of a config."""
    with ProcessPoolExecutor(1, mp_context=LOADED) as once:
        return _recording(once.submit(_declared, config, preview).result())


def declare_elsewhere(checkout: Path, config: Mapping[str, Any], *, hash_seed: str) -> Recording:
    """The same, as declared from a checkout by an interpreter that hashes in its own way."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.components.declaring"],
        input=json.dumps(config),
        cwd=checkout,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return _recording(done.stdout)


def _declared(config: Mapping[str, Any], preview: bool) -> str:
    # Here, because it brings the SDK along, which only the other process shall have.
    from tests.components.declaring import declared

    return declared(config, preview)


def _recording(text: str) -> Recording:
    found = json.loads(text)
    return Recording(**found | {"resources": [Recorded(**item) for item in found["resources"]]})
