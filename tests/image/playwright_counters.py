"""What an instance's control group counts: memory and CPU time, of either version."""

import time

from tests.image.playwright_harness import Instance

MIB = 1 << 20
# Of the two versions' files one is there. inactive_file is what the kernel can take back at once.
MEMORY = "cat memory.current memory/memory.usage_in_bytes; cat memory.stat memory/memory.stat"
CPU = "cat cpuacct/cpuacct.usage || grep usage_usec cpu.stat"

SETTLED_SECONDS = 5
SETTLED_SHARE = 0.01


def working_set(instance: Instance) -> float:
    """Return the memory that an instance keeps, in MiB: as `docker stats` does."""
    used, *lines = _read(instance, MEMORY)
    inactive = dict(line.split() for line in lines)["inactive_file"]
    return (int(used) - int(inactive)) / MIB


def settled_working_set(instance: Instance, deadline: float = 90) -> float:
    """Return the working set once it has stayed the same, within 1 %, for some seconds."""
    last: list[float] = []
    until = time.monotonic() + deadline
    while time.monotonic() < until:
        last = [*last[-SETTLED_SECONDS:], working_set(instance)]
        if len(last) > SETTLED_SECONDS and max(last) - min(last) < SETTLED_SHARE * max(last):
            return last[-1]
        time.sleep(1)
    raise AssertionError(f"not settled within {deadline} s: {last} MiB")


def cpu_seconds(instance: Instance) -> float:
    """Return the CPU time that an instance has used."""
    (line,) = _read(instance, CPU)
    name, _, microseconds = line.partition(" ")
    return int(microseconds) / 1e6 if microseconds else int(name) / 1e9


def _read(instance: Instance, command: str) -> list[str]:
    return instance.run("sh", "-c", f"cd /sys/fs/cgroup; ({command}) 2>/dev/null; true").split("\n")
