"""Running one long step: its output goes to a log file, signs of life to the user."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from toolchain.errors import SetupError

Say = Callable[[str], None]
HEARTBEAT_SECONDS = 10
TAIL_LINES = 20


def cache_dir() -> Path:
    """mcpier's folder for what may be thrown away."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mcpier"


def run_step(
    title: str, argv: Sequence[str], log: Path, say: Say, environment: Mapping[str, str]
) -> None:
    """Run `argv`, appending its output to `log`; a `SetupError` with the last lines if it fails.

    The step gets a session of its own and ends with this function, whatever ends this function.
    It inherits the descriptors that are marked inheritable (a lock, say).
    """
    with log.open("ab") as output:
        start = output.tell()
        process = _start(title, argv, output, environment)
        try:
            _await(title, process, log, say)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()
    if process.returncode != 0:
        lines = last_lines(log, start, TAIL_LINES)
        raise SetupError(
            f"{title} failed with exit code {process.returncode}; its last lines:\n{lines}",
            f"read the whole log in {log}, mend the cause and run the same command again",
        )


def last_lines(log: Path, start: int, count: int) -> str:
    """The last `count` lines of `log` behind byte `start` that are not blank, indented."""
    with log.open("rb") as written:
        written.seek(start)
        lines = written.read().decode(errors="replace").splitlines()
    return "\n".join([f"    {line}" for line in lines if line.strip()][-count:])


def _start(
    title: str, argv: Sequence[str], output: IO[bytes], environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
            start_new_session=True,
            close_fds=False,
        )
    except FileNotFoundError as missing:
        raise SetupError(
            f"{title} needs the program {argv[0]}, which is not on PATH",
            f"install {argv[0]} and run the same command again",
        ) from missing


def _await(title: str, process: subprocess.Popen[bytes], log: Path, say: Say) -> None:
    begin = time.monotonic()
    while True:
        try:
            process.wait(timeout=HEARTBEAT_SECONDS)
            return
        except subprocess.TimeoutExpired:
            line = last_lines(log, max(0, log.stat().st_size - 500), 1).strip()
            say(f"  {title}, {time.monotonic() - begin:.0f} s: {line[:90]}")
