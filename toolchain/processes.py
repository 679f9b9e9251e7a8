"""Whether a process that somebody noted down still runs."""

import subprocess
from pathlib import Path


def runs(pid: int, program: str) -> bool:
    """Whether `pid` is a living process of the program.

    A killed process that nobody has reaped yet does not count, nor one of another program that has
    got the number since. Where there is no /proc, only whether it lives is known.
    """
    if not Path("/proc/self").exists():
        return subprocess.run(["kill", "-0", str(pid)], capture_output=True).returncode == 0
    try:
        # `12 (dockerd) S …`: Z is a zombie.
        name, state = Path(f"/proc/{pid}/stat").read_text().split(" ", 3)[1:3]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return name == f"({program})" and state != "Z"
