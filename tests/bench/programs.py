"""The programs that a benchmark needs beside those that mcpier sets up."""

import os
import shutil
import subprocess
import sys
from typing import NoReturn


def require_package(program: str) -> None:
    """Installs a program from Debian's or Ubuntu's package of its name where it is missing.

    Ends the benchmark with one line where that cannot be done.
    """
    if shutil.which(program):
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        _end(f"{program} is not on PATH; install it with this machine's package manager")
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", program]):
        command = ["apt-get", *arguments]
        if subprocess.run(command, stdout=sys.stderr).returncode != 0:
            _end(f"{' '.join(command)} failed (above); install {program} and run this again")


def require_go() -> None:
    """Ends the benchmark with one line where Go is missing: Debian's is too old to install."""
    if shutil.which("go") is None:
        _end("go is not on PATH; install Go 1.22 or later and run this again")


def _end(problem: str) -> NoReturn:
    sys.exit(f"error: {problem}")
