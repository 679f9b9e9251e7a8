"""Reads from the kernel how old and large a program is, and whether somebody uses the instance."""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MIB = 1 << 20
ESTABLISHED = "01"
# 127.0.0.1, ::1 and ::ffff:127.0.0.1, as /proc/net writes addresses on little-endian machines.
LOOPBACK = (
    "0100007F",
    "00000000000000000000000001000000",
    "0000000000000000FFFF00000100007F",
)


@dataclass(frozen=True)
class Usage:
    """A program with its children: age in seconds, memory of their own in MiB."""

    age: float
    memory: int


def read_usage(leader: int, proc: Path = Path("/proc")) -> Usage | None:
    """Return the usage of a process group by its leader's pid; None where it is gone."""
    own = sum(_own_pages(folder, leader) for folder in proc.iterdir() if folder.name.isdigit())
    try:
        started = int(_fields(proc / str(leader))[19]) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return None
    uptime = float((proc / "uptime").read_text(encoding="ascii").split()[0])
    return Usage(age=uptime - started, memory=own * os.sysconf("SC_PAGE_SIZE") // MIB)


def _own_pages(folder: Path, leader: int) -> int:
    with suppress(OSError):
        if _fields(folder)[2] == str(leader):
            # proc_pid_statm(5): resident pages, then those of them that files share.
            _, resident, shared, *_ = (folder / "statm").read_text(encoding="ascii").split()
            return int(resident) - int(shared)
    return 0


def _fields(folder: Path) -> list[str]:
    """The fields of proc_pid_stat(5) from the third on; the second may hold any character."""
    line = (folder / "stat").read_text(encoding="utf-8", errors="replace")
    return line.rpartition(")")[2].split()


def in_use(
    ports: Iterable[int],
    tables: tuple[Path, ...] = (Path("/proc/net/tcp"), Path("/proc/net/tcp6")),
) -> bool:
    """Whether one of the ports has a connection from outside the container."""
    wanted = {f"{port:04X}" for port in ports}
    # Where the kernel has no IPv6 (ipv6.disable=1), there is no table of it.
    for table in filter(Path.exists, tables):
        for line in table.read_text(encoding="ascii").splitlines()[1:]:
            _, local, remote, state, *_ = line.split()
            outside = remote.partition(":")[0] not in LOOPBACK
            if state == ESTABLISHED and outside and local.partition(":")[2] in wanted:
                return True
    return False
