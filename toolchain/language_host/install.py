"""Installing a program's dependencies: its virtual environment, and requirements.txt into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from toolchain.language_host.environment import (
    Python,
    ambient_python,
    is_virtualenv,
    virtualenv_path,
)
from toolchain.language_host.errors import HostError
from toolchain.language_host.processes import Command, Processes, Send, copy_output


@dataclass(frozen=True)
class Installer:
    """environ: of pip and venv; send: gets their output and what happens between them."""

    processes: Processes
    environ: Mapping[str, str]
    send: Send

    async def install(self, root: Path, folder: Path, virtualenv: str | None) -> None:
        """Creates `virtualenv` (relative to `root`) where it is missing, and installs the
        requirements.txt of `folder` into it, or into the Python on PATH without one.

        Raises HostError with the command that failed.
        """
        python = ambient_python(self.environ)
        if virtualenv is not None:
            python = await self._virtualenv(virtualenv_path(root, virtualenv), python)
        if not (folder / "requirements.txt").is_file():
            await self._say(f"No requirements.txt in {folder}: no packages to install")
            return
        await self._say("Installing dependencies...")
        await self._run(python, ["-m", "pip", "install", "-r", "requirements.txt"], folder)
        await self._say("Finished installing dependencies")

    async def _virtualenv(self, path: Path, creator: Python) -> Python:
        if not is_virtualenv(path):
            await self._say(f"Creating virtual environment {path} ...")
            await self._run(creator, ["-m", "venv", str(path)])
            await self._say("Finished creating virtual environment")
        return Python(path / "bin" / "python", path)

    async def _run(self, python: Python, arguments: list[str], folder: Path | None = None) -> None:
        argv = [str(python.executable), *arguments]
        command = Command(argv, python.activate(self.environ), folder)
        async with self.processes.running(command, captured=True) as process:
            await copy_output(process, self.send)
            status = await process.wait()
        if status != 0:
            raise HostError(
                f"`{' '.join(argv)}` failed with exit code {status}; "
                "its output above says why: correct that, and run `pulumi install` again"
            )

    async def _say(self, text: str) -> None:
        await self.send("stdout", f"{text}\n".encode())
