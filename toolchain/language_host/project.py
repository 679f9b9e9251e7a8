"""A program or plugin as a request describes it, and questions to its Python environment."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto.language_pb2 import AboutResponse, DependencyInfo, ProgramInfo

from toolchain.language_host.environment import Python, find_python
from toolchain.language_host.errors import HostError
from toolchain.language_host.options import parse_options
from toolchain.language_host.packages import InstalledPackage, parse_installed
from toolchain.language_host.processes import Command, Processes

_ABOUT = "import json,platform,sys;print(json.dumps([sys.executable,platform.python_version()]))"


@dataclass(frozen=True)
class Project:
    """root: the folder of its Pulumi.yaml, PulumiPlugin.yaml or PulumiPolicy.yaml; folder: of the
    code; virtualenv: the runtime option, or None; environ: of this host, as programs may see it."""

    root: Path
    folder: Path
    virtualenv: str | None
    environ: Mapping[str, str]

    @property
    def python(self) -> Python:
        """Its interpreter; HostError if there is none."""
        return find_python(self.root, self.virtualenv, self.environ)

    def command(self, arguments: Sequence[str], folder: Path | None = None) -> Command:
        """A command of its interpreter, in its activated environment."""
        python = self.python
        return Command([str(python.executable), *arguments], python.activate(self.environ), folder)

    async def about(self, processes: Processes) -> AboutResponse:
        """Its interpreter's path and version."""
        executable, version = json.loads(await self._answer(processes, ["-c", _ABOUT]))
        return AboutResponse(executable=executable, version=version)

    async def installed(self, processes: Processes) -> list[InstalledPackage]:
        """Every package of its environment."""
        script = Path(__file__).with_name("installed.py")
        return parse_installed(await self._answer(processes, [str(script)]))

    async def dependencies(self, processes: Processes, *, all_: bool) -> list[DependencyInfo]:
        """Its packages by pip's account; without `all_` only those that no other one requires."""
        arguments = ["-m", "pip", "list", "--format", "json"]
        if not all_:
            arguments.append("--not-required")
        listed = json.loads(await self._answer(processes, arguments))
        return [DependencyInfo(name=item["name"], version=item["version"]) for item in listed]

    async def _answer(self, processes: Processes, arguments: Sequence[str]) -> str:
        command = self.command(arguments)
        status, stdout, stderr = await processes.captured(command)
        if status != 0:
            raise HostError(
                f"`{' '.join(command.argv)}` failed with exit code {status}; if the environment "
                f"is broken, remove it and run `pulumi install`:\n{stderr.decode(errors='replace')}"
            )
        return stdout.decode()


def read_project(
    info: ProgramInfo, environ: Mapping[str, str], *, default_virtualenv: str | None = None
) -> Project:
    """The project of a request; HostError for options that this host does not offer.

    default_virtualenv: for plugins, which Pulumi runs in `venv` unless their options say otherwise.
    """
    options = parse_options(MessageToDict(info.options))
    return Project(
        root=Path(info.root_directory),
        folder=Path(info.program_directory),
        virtualenv=options.virtualenv or default_virtualenv,
        environ=environ,
    )
