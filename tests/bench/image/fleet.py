"""What idle instances cost."""

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
SETTLE_SECONDS = 120


def measure(setting: Setting) -> None:
    """As many instances at once as there are rounds, one blank tab in each, nobody watching."""
    free = available_mib()
    with _fleet(setting, setting.rounds) as instances:
        memory = [settled_working_set(instance, SETTLE_SECONDS) for instance in instances]
        growth = (free - available_mib()) / len(instances)
        cpu = _idle_cpu(instances)
    figure(BENCH, "working set with a blank tab, p50", memory, "MiB")
    figure(BENCH, "working set with a blank tab, p95", memory, "MiB", of=p95)
    figure(BENCH, "idle CPU, p50", cpu, "% of a core")
    figure(BENCH, "idle CPU, p95", cpu, "% of a core", of=p95)
    figure(BENCH, "memory of the host for one more instance", [growth], "MiB")
    fits = (HOST_MIB - OTHERS_MIB) // max(growth, *memory)
    figure(BENCH, "instances that fit 8 GiB, computed", [fits], "instances")


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


def available_mib() -> float:
    """What the host can still give to new programs."""
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    found = dict(line.split(":") for line in lines)
    return int(found["MemAvailable"].split()[0]) / 1024
