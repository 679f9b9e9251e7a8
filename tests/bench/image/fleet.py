"""What idle instances cost, and how many of them a host of 8 GiB holds."""

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench.figures import figure, p95
from tests.bench.image.setting import BENCH, Setting
from tests.image.playwright_counters import cpu_seconds, settled_working_set
from tests.image.playwright_harness import Instance

IDLE_SECONDS = 60
HOST_MIB = 8 * 1024
# What the rest takes of such a host: the system, the engine, Traefik, authgate, socket-proxy.
OTHERS_MIB = 1024
DENSE = 22
SETTLE_SECONDS = 120


def measure_idle(setting: Setting) -> None:
    """As many instances at once as there are rounds, one blank tab in each, nobody watching."""
    free = _available_mib()
    with _fleet(setting, setting.rounds) as instances:
        memory = [settled_working_set(instance, SETTLE_SECONDS) for instance in instances]
        growth = (free - _available_mib()) / len(instances)
        cpu = _idle_cpu(instances)
    figure(BENCH, "working set with a blank tab, p50", memory, "MiB")
    figure(BENCH, "working set with a blank tab, p95", memory, "MiB", of=p95)
    figure(BENCH, "idle CPU, p50", cpu, "% of a core")
    figure(BENCH, "idle CPU, p95", cpu, "% of a core", of=p95)
    figure(BENCH, "memory of the host for one more instance", [growth], "MiB")
    fits = (HOST_MIB - OTHERS_MIB) // max(growth, *memory)
    figure(BENCH, "instances that fit 8 GiB, computed", [fits], "instances")


def measure_density(setting: Setting) -> None:
    """Starts the promised number of instances, without waiting between; tells what they take."""
    free = _available_mib()
    if free < HOST_MIB:
        print(f"density: skipped, only {free:.0f} MiB of memory are free", file=sys.stderr)
        return
    began = time.monotonic()
    with _fleet(setting, DENSE) as instances:
        seconds = time.monotonic() - began
        taken = free - _available_mib()
        healthy = sum(instance.verdict()["healthy"] for instance in instances)
    figure(BENCH, "instances started in one go and healthy", [healthy], "instances")
    figure(BENCH, "docker run of the first to all healthy", [seconds], "s")
    figure(BENCH, "memory of the host for all of them", [taken], "MiB")


@contextmanager
def _fleet(setting: Setting, size: int) -> Iterator[list[Instance]]:
    with ExitStack() as stack:
        instances = [stack.enter_context(setting.instance()) for _ in range(size)]
        for instance in instances:
            instance.wait_healthy(SETTLE_SECONDS)
        yield instances


def _idle_cpu(instances: list[Instance]) -> list[float]:
    """The percentage of a core that each uses, over the same minute."""
    before = [(time.monotonic(), cpu_seconds(instance)) for instance in instances]
    time.sleep(IDLE_SECONDS)
    after = [(time.monotonic(), cpu_seconds(instance)) for instance in instances]
    return [
        100 * (used - used_before) / (now - then)
        for (then, used_before), (now, used) in zip(before, after, strict=True)
    ]


def _available_mib() -> float:
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    found = dict(line.split(":") for line in lines)
    return int(found["MemAvailable"].split()[0]) / 1024
