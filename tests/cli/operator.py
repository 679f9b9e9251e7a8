"""An operator: types `mcpier` in a checkout, and sees what it prints."""

import json
import subprocess
from dataclasses import dataclass
from typing import Any

from tests.cli.stack import STACK
from tests.e2e.deployment import Deployment


@dataclass(frozen=True)
class Operator:
    """Works on the deployed stack; `first_up` is what its first deploy printed."""

    deployment: Deployment
    first_up: str

    def types(self, *words: str, timeout: float = 300, **environ: str) -> Any:
        """Runs mcpier; stdout and stderr are kept apart, as a pipeline keeps them."""
        return subprocess.run(
            [".venv/bin/mcpier", *words, "--stack", STACK],
            cwd=self.deployment.directory,
            env={**self.deployment.environ, **environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    def done(self, *words: str) -> str:
        """What it prints; it must succeed."""
        done = self.types(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return str(done.stdout)

    def json(self, *words: str) -> Any:
        """The JSON that it prints, whatever its exit status."""
        done = self.types(*words, "--json")
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    @property
    def stack_file(self) -> str:
        """The text of the stack's file."""
        return (self.deployment.directory / "stacks" / f"Pulumi.{STACK}.yaml").read_text("utf-8")
