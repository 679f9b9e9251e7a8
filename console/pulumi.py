"""The real pulumi, run for one stack of this project."""

import json
import logging
import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import yaml

from console.errors import ConsoleError, Interrupted
from toolchain.shell import pulumi_variables

_log = logging.getLogger(__name__)
PROJECT = Path(__file__).resolve().parent.parent


def stack_file(stack: str) -> Path:
    """The file that describes a stack; raises `ConsoleError` where there is none."""
    file = PROJECT / "stacks" / f"Pulumi.{stack}.yaml"
    if not file.exists():
        names = (path.name for path in file.parent.glob("Pulumi.*.yaml"))
        known = sorted(name.removeprefix("Pulumi.").removesuffix(".yaml") for name in names)
        raise ConsoleError(
            f"there is no stacks/{file.name}",
            f"write it, or name one that is there: {', '.join(known)}",
        )
    return file


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A state's resources; `pending`: a killed update had begun something and not noted it down."""

    resources: Sequence[Mapping[str, Any]]
    pending: bool


@dataclass(frozen=True, kw_only=True)
class Pulumi:
    """Runs pulumi on `stack`; `environ` is what it sees."""

    stack: str
    environ: Mapping[str, str]

    @classmethod
    def of(cls, stack: str) -> "Pulumi":
        """For a stack; raises `ConsoleError` where pulumi or the stack's file is not there."""
        environ = {**os.environ, **pulumi_variables(stack)}
        if shutil.which("pulumi", path=environ["PATH"]) is None:
            raise ConsoleError("pulumi is not on PATH", "type: make up")
        stack_file(stack)
        return cls(stack=stack, environ=environ)

    def run(self, *arguments: str, out: TextIO | None = None) -> None:
        """Runs a command; its output is passed through, or goes to `out`.

        Raises `ConsoleError` if it fails.

        Ctrl-C reaches pulumi as well, and pulumi stops in good order: it is waited for, and then
        raises `Interrupted`.
        """
        interrupts: list[int] = []
        before = signal.signal(signal.SIGINT, lambda number, _: interrupts.append(number))
        try:
            code = subprocess.Popen(
                _command(arguments), cwd=PROJECT, env=dict(self.environ), stdout=out
            ).wait()
        finally:
            signal.signal(signal.SIGINT, before)
        if code != 0 and interrupts:
            raise Interrupted(f"pulumi {arguments[0]} was interrupted", "run it again to go on")
        if code != 0:
            raise ConsoleError(
                f"pulumi {arguments[0]} ended with exit code {code}; what it said is above",
                "mend what it names, then run the same command again",
            )

    def json(self, *arguments: str) -> Any:
        """What a command prints as JSON."""
        done = self._ask(*arguments, "--stack", self.stack)
        if done.returncode != 0:
            raise ConsoleError(
                f"pulumi {' '.join(arguments)} failed: {done.stderr.strip()}",
                f"see that the stack is there: make up STACK={self.stack}",
            )
        return json.loads(done.stdout)

    def deployment(self) -> Deployment:
        """What the stack's state holds."""
        found = self.json("stack", "export").get("deployment") or {}
        return Deployment(
            resources=found.get("resources") or [],
            pending=bool(found.get("pending_operations")),
        )

    def exists(self) -> bool:
        """Whether the backend knows the stack."""
        shown = self._ask("stack", "ls", "--json")
        if shown.returncode != 0:
            raise ConsoleError(
                f"pulumi cannot read its backend: {shown.stderr.strip()}",
                "check PULUMI_BACKEND_URL, and that it can be read and written",
            )
        return any(
            entry["name"].rpartition("/")[2] == self.stack for entry in json.loads(shown.stdout)
        )

    def project(self) -> str:
        """The project's name: a backend may hold other projects' stacks of the same name."""
        return str(_project_file()["name"])

    def backend(self) -> str:
        """The backend's URL: the environment's, or the project's."""
        return self.environ.get("PULUMI_BACKEND_URL") or str(_project_file()["backend"]["url"])

    def _ask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            _command(arguments),
            cwd=PROJECT,
            env=dict(self.environ),
            check=False,
            capture_output=True,
            text=True,
        )


def _project_file() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((PROJECT / "Pulumi.yaml").read_text("utf-8"))
    return document


def _command(arguments: tuple[str, ...]) -> list[str]:
    command = ["pulumi", *arguments, "--non-interactive"]
    _log.info("%s", shlex.join(command))
    return command
