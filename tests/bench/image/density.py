"""How many instances one `pulumi up` brings to a host of 8 GiB, platform included."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.figures import figure
from tests.bench.image.fleet import HOST_MIB, IDLE_SECONDS, available_mib
from tests.bench.image.setting import BENCH, Setting
from tests.e2e.deployment import BASES, Deployment, docker, sweep
from tests.places import place

STACK = "e2e-bench-density"
INSTANCES = 22
CONFIG: dict[str, Any] = {
    "mcpier:domain": "density.mcpier.localhost",
    "mcpier:edge": place(STACK).edge,
    "mcpier:bases": BASES,
    "mcpier:instances": {
        f"browser-{number}": {"type": "playwright", "tokens": ["bench"]}
        for number in range(INSTANCES)
    },
}


def measure(setting: Setting) -> None:
    """Deploys the promised number; after an idle minute, counts the healthy and what they take."""
    free = available_mib()
    if free < HOST_MIB:
        print(f"density: skipped, only {free:.0f} MiB of memory are free", file=sys.stderr)
        return
    began = time.monotonic()
    with _deployed(setting.folder):
        seconds = time.monotonic() - began
        time.sleep(IDLE_SECONDS)
        healthy, taken = _healthy(), free - available_mib()
    figure(BENCH, "healthy instances of one pulumi up", [healthy], "instances")
    figure(BENCH, "pulumi up of them all", [seconds], "s")
    figure(BENCH, "memory of the host for them and the platform", [taken], "MiB")


@contextmanager
def _deployed(folder: Path) -> Iterator[None]:
    sweep(STACK)
    deployment = Deployment.make(folder / "density", STACK, CONFIG)
    try:
        for words in (["stack", "init", STACK], ["up", "--yes", "--stack", STACK]):
            done = deployment.pulumi(*words)
            if done.returncode != 0:
                raise RuntimeError(done.stdout)
        yield
        deployment.pulumi("destroy", "--yes", "--stack", STACK)
    finally:
        sweep(STACK)


def _healthy() -> int:
    labels = [f"--filter=label=mcpier.stack={STACK}", "--filter=label=mcpier.role=instance"]
    return len(docker("ps", "--quiet", "--filter=health=healthy", *labels).split())
