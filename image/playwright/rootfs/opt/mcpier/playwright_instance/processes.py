"""Reads the container's processes and its memory's history from the kernel."""

from pathlib import Path

# Control groups v2 and v1 keep the count of processes killed for memory in different files.
OOM_FILES = (
    Path("/sys/fs/cgroup/memory.events"),
    Path("/sys/fs/cgroup/memory/memory.oom_control"),
)


def stopped(proc: Path = Path("/proc")) -> dict[int, str]:
    """Return the processes halted by a signal, each pid with its command's name."""
    found: dict[int, str] = {}
    for folder in proc.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            line = (folder / "stat").read_text(encoding="utf-8", errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        # proc_pid_stat(5): the name stands in brackets and may hold any character.
        name, _, rest = line.partition("(")[2].rpartition(")")
        if rest.split()[0] == "T":
            found[int(folder.name)] = name
    return found


def oom_kills(files: tuple[Path, ...] = OOM_FILES) -> int:
    """Return how many processes of this container the kernel killed for want of memory."""
    for file in files:
        if file.exists():
            words = dict(line.split() for line in file.read_text(encoding="ascii").splitlines())
            return int(words.get("oom_kill", 0))
    return 0
