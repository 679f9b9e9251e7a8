"""The Python environment of a checkout: `.venv`, made from requirements.lock."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from toolchain.errors import SetupError
from toolchain.steps import Say, cache_dir, run_step

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
# `#!` takes no path with a space, and no long one. For Python, the shell's line and the next are a
# text.
PROGRAM = """\
#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
from console.app import main

main()
"""


def stack_text(stack: str) -> str:
    """What stands in a stack's file; nothing where there is none, which is for others to refuse.

    Raises `SetupError` where it is no UTF-8.
    """
    file = PROJECT / "stacks" / f"Pulumi.{stack}.yaml"
    try:
        return file.read_text("utf-8") if file.exists() else ""
    except UnicodeDecodeError as error:
        raise SetupError(
            f"stacks/{file.name}: expected UTF-8, found 0x{error.object[error.start]:02x} as byte "
            f"{error.start}",
            "save it as UTF-8, and run this again",
        ) from None


def ensure_environment(say: Say) -> None:
    """Makes the environment, or makes it anew when its recipe has changed."""
    # A moved checkout and another Python need another environment too.
    machine = f"{VENV.resolve()} {sys.version}".encode()
    recipe = (PROJECT / "requirements.lock").read_bytes() + Path(__file__).read_bytes() + machine
    wanted = hashlib.sha256(recipe).hexdigest()
    stamp = VENV / "mcpier-recipe"
    if stamp.exists() and stamp.read_text("ascii") == wanted:
        return
    say("installing what requirements.lock names into .venv")
    log = cache_dir() / "logs" / "environment.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    _ensure_ensurepip(log, say)
    run_step("python -m venv", [sys.executable, "-m", "venv", "--clear", str(VENV)], log, say, {})
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--no-deps"]
    lock = ["--require-hashes", "-r", str(PROJECT / "requirements.lock")]
    run_step("pip install", [*pip, *lock], log, say, {})
    _link_program()
    stamp.write_text(wanted, "ascii")


def _link_program() -> None:
    """`.venv/bin/mcpier`: finds the checkout that it stands in, from wherever it is called."""
    program = VENV / "bin" / "mcpier"
    program.write_text(PROGRAM.format(python=VENV / "bin" / "python"), "utf-8")
    program.chmod(0o755)


def _ensure_ensurepip(log: Path, say: Say) -> None:
    """Debian keeps what `venv` needs in a package of its own."""
    if (
        subprocess.run([sys.executable, "-c", "import ensurepip"], capture_output=True).returncode
        == 0
    ):
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SetupError(
            f"{sys.executable} cannot make virtual environments: ensurepip is missing",
            f"install {package}, or what your system calls it, and run this again",
        )
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run_step("apt-get update", ["apt-get", "update"], log, say, quiet)
    run_step("apt-get install", ["apt-get", "install", "-y", package], log, say, quiet)
