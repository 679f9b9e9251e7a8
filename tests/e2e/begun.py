"""An `up` that is watched, and may be broken off, while it runs."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self, TypeVar

from tests.e2e.deployment import Deployment

T = TypeVar("T")


class begun:
    """An `up` that runs in a process group of its own; what is left of it is ended."""

    def __init__(self, deployment: Deployment) -> None:
        self.log = deployment.directory.parent / "begun.log"
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                ["make", "up", f"STACK={deployment.stack}"],
                cwd=deployment.directory,
                env=dict(deployment.environ),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def wait_for(self, look: Callable[[], T | None], seconds: float = 240) -> T:
        """What `look` gives once it gives something true, which must be while the `up` runs."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < deadline:
            if found := look():
                return found
            time.sleep(0.02)
        raise AssertionError(f"{look} did not come true: {self.log.read_text()}")

    def kill(self) -> None:
        """Ends it, and all that it started, as a lost machine would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()


def lock_holder(deployment: Deployment) -> int | None:
    """The process that holds the stack's lock, as Pulumi's local backend notes it."""
    state = Path(deployment.environ["PULUMI_BACKEND_URL"].removeprefix("file://"))
    for file in state.glob(f".pulumi/locks/organization/mcpier/{deployment.stack}/*.json"):
        # It may be released, or be half written, while one looks.
        with suppress(FileNotFoundError):
            if found := re.search(r'"pid":\s*(\d+)', file.read_text()):
                return int(found[1])
    return None
