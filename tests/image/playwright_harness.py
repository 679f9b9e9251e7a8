"""Runs Playwright instances under the contract of type.yaml."""

import json
import os
import re
import uuid
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from tests.image.playwright_image import IMAGE, OWNED, docker
from tests.waiting import until

HOST = "mcp-test.mcpier.localhost:8443"
PASSWORD = "t3stpass"
WATCH_PASSWORD = "w4tchme!"
PROGRAMS = ("display", "window-manager", "chromium", "playwright-mcp", "novnc", "files", "checker")
TYPE: dict[str, Any] = yaml.safe_load((IMAGE / "type.yaml").read_text(encoding="utf-8"))

RENDERERS = """
import glob, json
found = {}
for path in glob.glob("/proc/[0-9]*"):
    command = open(path + "/cmdline").read()
    if command.startswith("/usr/lib/chromium/chromium") and "--type=renderer" in command:
        status = dict(line.split(":", 1) for line in open(path + "/status"))
        found[path[6:]] = {"command": command, **status}
print(json.dumps(found))
"""
CLOSE_ALL_PAGES = """
import json
from urllib.request import urlopen
for page in json.load(urlopen("http://127.0.0.1:9222/json/list")):
    urlopen("http://127.0.0.1:9222/json/close/" + page["id"]).read()
"""
# proc_pid_stat(5): the start, in ticks, is the twenty-second field.
STARTED = f"""
import json
from playwright_instance.programs import find_program
found = {{}}
for name in {PROGRAMS}:
    pid = find_program(name)
    fields = open(f"/proc/{{pid}}/stat").read().rpartition(")")[2].split() if pid else None
    found[name] = int(fields[19]) if fields else None
print(json.dumps(found))
"""
# supervisord forks all programs in one go; one that it starts again is a second behind.
TOGETHER_TICKS = 80


def write_secret(file: Path, value: str) -> None:
    """Write a secret file as the instance's user finds it."""
    file.write_text(value, encoding="utf-8")
    file.chmod(0o400)
    os.chown(file, TYPE["user"], TYPE["user"])


class Instance:
    """A container of the image, run as type.yaml says, but for what is given.

    `volumes` maps names of Docker volumes to paths.
    """

    def __init__(
        self,
        image: str,
        folder: Path,
        *,
        environment: dict[str, str] | None = None,
        seccomp: Path | None = IMAGE / "seccomp.json",
        password: str | None = PASSWORD,
        watch_password: str | None = WATCH_PASSWORD,
        volumes: dict[str, str] | None = None,
        secret_variables: dict[str, str] | None = None,
    ) -> None:
        self.name = f"mcpier-test-image-{uuid.uuid4().hex[:8]}"
        secrets = folder / f"secrets-{self.name}"
        secrets.mkdir()
        passwords = {"vnc-password": password, "vnc-watch-password": watch_password}
        for name, value in passwords.items():
            if value is not None:
                write_secret(secrets / name, value)
        (secrets / "env").mkdir()
        for name, value in (secret_variables or {}).items():
            write_secret(secrets / "env" / name, value)
        mounted = {str(secrets): "/run/secrets/mcpier:ro", **(volumes or {})}
        self.words = self._run_words(image, mounted, environment or {}, seccomp)

    def _run_words(
        self,
        image: str,
        mounted: dict[str, str],
        environment: dict[str, str],
        seccomp: Path | None,
    ) -> list[str]:
        limits = TYPE["limits"]
        variables = {**TYPE["environment"], "MCPIER_ALLOWED_HOSTS": HOST, **environment}
        words = ["run", "--detach", "--name", self.name, "--read-only"]
        words += [f"--label={OWNED}"]
        words += ["--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
        words += ["--security-opt", f"seccomp={seccomp}"] if seccomp else []
        words += [f"--memory={limits['memory']}m", f"--memory-swap={limits['memory']}m"]
        words += [f"--pids-limit={limits['pids']}", f"--stop-timeout={TYPE['stopSeconds']}"]
        words += [f"--volume={source}:{target}" for source, target in mounted.items()]
        words += [f"--tmpfs={path}:{options}" for path, options in TYPE["tmpfs"].items()]
        words += [f"--env={name}={value}" for name, value in variables.items()]
        return [*words, image]

    def __enter__(self) -> Self:
        docker(*self.words)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if error is not None:
            print(self.logs())
        docker("rm", "--force", "--volumes", self.name)

    @property
    def address(self) -> str:
        """Return the container's address, which this machine reaches directly."""
        return str(self.inspect()["NetworkSettings"]["IPAddress"])

    def inspect(self) -> dict[str, Any]:
        """Return what Docker knows of the container."""
        return dict(json.loads(docker("inspect", self.name))[0])

    def logs(self) -> str:
        """Return all that the container has printed."""
        return docker("logs", self.name)

    def restarts(self) -> list[str]:
        """Return the log's lines about programs that failed, and the programs started later."""
        said = [line for line in self.logs().splitlines() if re.search("exited|spawnerr", line)]
        started: dict[str, int | None] = json.loads(self.python(STARTED))
        first = min(ticks for ticks in started.values() if ticks is not None)
        return said + [
            name
            for name, ticks in started.items()
            if ticks is None or ticks - first > TOGETHER_TICKS
        ]

    def run(self, *command: str, check: bool = True) -> str:
        """Run a command inside and return what it printed."""
        return docker("exec", self.name, *command, check=check)

    def start(self, *command: str) -> None:
        """Start a command inside that runs on."""
        docker("exec", "--detach", self.name, *command)

    def python(self, program: str) -> str:
        """Run a Python program inside, with the instance's own modules at hand."""
        return self.run("python3", "-S", "-c", program)

    def verdict(self) -> dict[str, Any]:
        """Return the checker's verdict."""
        return dict(json.loads(self.run("cat", "/run/mcpier/health.json")))

    def wait_healthy(self, seconds: float = 20) -> float:
        """Wait until Docker calls the container healthy; return the seconds it took."""
        return until(
            lambda: self.inspect()["State"]["Health"]["Status"] == "healthy",
            seconds,
            "not healthy",
        )

    def stop(self) -> int:
        """Stop the container as `docker stop` does; return its exit code."""
        docker("stop", self.name)
        return int(self.inspect()["State"]["ExitCode"])

    def wait_exit(self, seconds: float = 15) -> int:
        """Wait until the container has ended; return its exit code."""
        until(lambda: self.inspect()["State"]["Status"] == "exited", seconds, "it runs on")
        return int(self.inspect()["State"]["ExitCode"])

    def wait_verdict(self, healthy: bool, seconds: float) -> float:
        """Wait until the checker's verdict says so; return the seconds it took."""
        return until(
            lambda: self.verdict()["healthy"] is healthy,
            seconds,
            f"the verdict's healthy is not {healthy}",
        )

    def pid(self, program: str) -> int:
        """Return the pid, inside, of one of supervisord's programs."""
        find = "from playwright_instance.programs import find_program"
        return int(self.python(f"{find}; print(find_program({program!r}) or 0)"))

    def renderers(self) -> dict[int, dict[str, str]]:
        """Return the pids, inside, of Chromium's renderers, with command line and status."""
        found: dict[str, dict[str, str]] = json.loads(self.python(RENDERERS))
        return {int(pid): facts for pid, facts in found.items()}

    def signal(self, pid: int, name: str) -> None:
        """Send a signal to a process inside, if it still lives."""
        self.run("sh", "-c", f"kill -s {name} {pid}", check=False)
