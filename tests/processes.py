"""Processes that tests start: none outlives its test."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import AnyStr


@contextmanager
def ended(process: "subprocess.Popen[AnyStr]") -> "Iterator[subprocess.Popen[AnyStr]]":
    """A process, which is killed at the end of the block where it still runs.

    With its whole group, if it leads one: `Popen` itself would wait for it without end.
    """
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                if os.getpgid(process.pid) == process.pid:
                    os.killpg(process.pid, signal.SIGKILL)
                process.kill()
