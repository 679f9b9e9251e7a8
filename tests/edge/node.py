"""Packages from npm, run by the Node that their makers ask for: that of the instances' base."""

import hashlib
import os
import shutil
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.deployment import BASES
from toolchain.steps import cache_dir

FOLDER = "/work"


@dataclass(frozen=True, kw_only=True)
class Packages:
    """A folder, which is `/work` to what runs there, with packages as its `node_modules`."""

    folder: Path
    modules: Path

    @classmethod
    def install(cls, source: Path, folder: Path) -> "Packages":
        """Copies `source`; what its lock file names is installed once for this machine."""
        shutil.copytree(source, folder, dirs_exist_ok=True)
        lock = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()[:16]
        kept = cache_dir() / "tests" / "npm" / lock
        if not kept.exists():
            made = kept.with_name(f"{lock}-{uuid.uuid4().hex}")
            made.mkdir(parents=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copy2(source / name, made)
            command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
            done = subprocess.run(command, cwd=made, capture_output=True, text=True, timeout=600)
            assert done.returncode == 0, done.stderr
            made.rename(kept)
        # The container mounts the packages here.
        (folder / "node_modules").mkdir()
        return cls(folder=folder, modules=kept / "node_modules")

    def command(
        self, *command: str, variables: Sequence[str] = (), hosts: Sequence[str] = ()
    ) -> list[str]:
        """What runs a command on the host's network.

        `variables` are those of its caller that it gets; `hosts` are names of this machine.
        """
        return [
            *("docker", "run", "--rm", "--interactive", "--init", "--network", "host"),
            *("--user", f"{os.getuid()}:{os.getgid()}", "--workdir", FOLDER),
            *("--mount", f"type=bind,source={self.folder},target={FOLDER}"),
            *("--mount", f"type=bind,source={self.modules},target={FOLDER}/node_modules,readonly"),
            *(word for name in hosts for word in ("--add-host", f"{name}:127.0.0.1")),
            *(word for name in variables for word in ("--env", name)),
            BASES["node"],
            *command,
        ]

    def run(
        self,
        *command: str,
        environ: Mapping[str, str],
        hosts: Sequence[str] = (),
        stdin: str = "",
        timeout: float = 120,
    ) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end; values of `environ` stand in nobody's arguments."""
        return subprocess.run(
            self.command(*command, variables=list(environ), hosts=hosts),
            env=os.environ | environ,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
