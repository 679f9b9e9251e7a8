"""Runs one command line for bash and, when told that it is over, ends all that came of it."""

import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

# prctl(2): what a parent leaves behind becomes a child of this process, in whatever session it is.
PR_SET_CHILD_SUBREAPER = 36
NOTHING = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
# Python ignores these, and what it starts would too.
RESTORED = (signal.SIGPIPE, signal.SIGXFSZ)


def main(command: str) -> int:
    """Returns its exit code as shells count it.

    It is over when it has ended and standard input is closed, or at a SIGTERM.
    """
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        bash = os.posix_spawnp(
            "bash",
            ["bash", "-c", command],
            os.environ,
            file_actions=[NOTHING],
            setsid=True,
            setsigdef=RESTORED,
        )
        # The server reads until nobody holds them.
        os.close(1)
        os.close(2)
        code = _code_of(bash)
        os.read(0, 1)
        return code
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        _end_children()


def _code_of(process: int) -> int:
    """Waits for it, and for what is left behind meanwhile."""
    while True:
        ended, status = os.wait()
        if ended == process:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def _end_children() -> None:
    """Kills them, then those that they leave behind, until there are none."""
    with suppress(ChildProcessError):
        while True:
            for child in _children():
                os.kill(child, signal.SIGKILL)
            os.wait()


def _children() -> Iterator[int]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name before it may hold anything.
            _, parent = stat.read_bytes().rpartition(b")")[2].split()[:2]
            if int(parent) == os.getpid():
                yield int(stat.parent.name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
