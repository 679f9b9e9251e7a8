"""The `LanguageRuntime` service: each call of the engine, answered by the smaller modules."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import language_pb2 as messages
from pulumi.runtime.proto.plugin_pb2 import PluginInfo

from toolchain.language_host.arguments import Arguments
from toolchain.language_host.commands import (
    plugin_arguments,
    program_arguments,
    program_result,
    program_variables,
)
from toolchain.language_host.engine import EngineWatch, engine_channel, log_sender
from toolchain.language_host.environment import can_be_created, virtualenv_path
from toolchain.language_host.errors import HostError
from toolchain.language_host.install import Installer
from toolchain.language_host.packages import required_packages
from toolchain.language_host.processes import Command, Processes, StreamName, copy_output
from toolchain.language_host.project import Project, read_project
from toolchain.language_host.unsupported import Context, WithoutGenerators

EXECUTOR = "pulumi-language-python-exec"
# Pulumi runs plugins and policy packs in this virtual environment if they name none.
PLUGIN_VIRTUALENV = "venv"


class LanguageHost(WithoutGenerators):
    """environ: of this host, as programs may see it."""

    def __init__(self, arguments: Arguments, environ: Mapping[str, str]) -> None:
        self._arguments = arguments
        self._environ = environ
        self._engine = arguments.engine_address
        self._programs = Processes()
        self._plugins = Processes()
        self.watch = EngineWatch()
        if self._engine is not None:
            self.watch.follow(self._engine)

    async def close(self) -> None:
        """Ends every process that a call has started."""
        self.watch.stop()
        await asyncio.gather(self._programs.end_all(), self._plugins.end_all())

    async def Handshake(
        self, request: messages.LanguageHandshakeRequest, context: Context
    ) -> messages.LanguageHandshakeResponse:
        self._engine = request.engine_address
        self.watch.follow(request.engine_address)
        return messages.LanguageHandshakeResponse()

    async def GetPluginInfo(self, request: Empty, context: Context) -> PluginInfo:
        return PluginInfo(version=version("pulumi"))

    async def RuntimeOptionsPrompts(
        self, request: messages.RuntimeOptionsRequest, context: Context
    ) -> messages.RuntimeOptionsResponse:
        return messages.RuntimeOptionsResponse()

    async def About(
        self, request: messages.AboutRequest, context: Context
    ) -> messages.AboutResponse:
        async with _reported(context):
            return await read_project(request.info, self._environ).about(self._programs)

    async def GetProgramDependencies(
        self, request: messages.GetProgramDependenciesRequest, context: Context
    ) -> messages.GetProgramDependenciesResponse:
        async with _reported(context):
            listed = await read_project(request.info, self._environ).dependencies(
                self._programs, all_=request.transitiveDependencies
            )
            return messages.GetProgramDependenciesResponse(dependencies=listed)

    async def GetRequiredPackages(
        self, request: messages.GetRequiredPackagesRequest, context: Context
    ) -> messages.GetRequiredPackagesResponse:
        async with _reported(context):
            project = read_project(request.info, self._environ)
            await self._ensure_virtualenv(project)
            packages = required_packages(await project.installed(self._programs))
            return messages.GetRequiredPackagesResponse(packages=packages)

    # grpc.aio also takes a coroutine that writes to its context; the stubs know generators only.
    async def InstallDependencies(  # type: ignore[override]
        self, request: messages.InstallDependenciesRequest, context: Context
    ) -> None:
        async def send(name: StreamName, data: bytes) -> None:
            await context.write(
                messages.InstallDependenciesResponse(stdout=data)
                if name == "stdout"
                else messages.InstallDependenciesResponse(stderr=data)
            )

        async with _reported(context):
            default = PLUGIN_VIRTUALENV if request.is_plugin else None
            project = read_project(request.info, self._environ, default_virtualenv=default)
            installer = Installer(self._programs, self._environ, send)
            await installer.install(project.root, project.folder, project.virtualenv)

    async def Run(self, request: messages.RunRequest, context: Context) -> messages.RunResponse:
        async with _reported(context):
            command = self._program_command(request)
            # The program writes to this host's own stdout and stderr: the engine shows them.
            async with self._programs.running(command, captured=False) as process:
                return program_result(await process.wait())

    async def RunPlugin(  # type: ignore[override]
        self, request: messages.RunPluginRequest, context: Context
    ) -> None:
        async def send(name: StreamName, data: bytes) -> None:
            await context.write(
                messages.RunPluginResponse(stdout=data)
                if name == "stdout"
                else messages.RunPluginResponse(stderr=data)
            )

        async with _reported(context):
            _refuse_debugger(request.attach_debugger)
            command = self._plugin_command(request)
            async with self._plugins.running(command, captured=True) as process:
                await copy_output(process, send)
                status = await process.wait()
            await context.write(messages.RunPluginResponse(exitcode=status))

    async def Cancel(self, request: Empty, context: Context) -> Empty:
        # Plugins have a Cancel of their own, which the engine calls as well.
        await self._programs.end_all()
        return Empty()

    def _program_command(self, request: messages.RunRequest) -> Command:
        _refuse_debugger(request.attach_debugger)
        arguments = program_arguments(request, self._engine_address(), self._arguments.tracing)
        environ = {**self._environ, **program_variables(request)}
        return read_project(request.info, environ).command([self._executor(), *arguments])

    def _plugin_command(self, request: messages.RunPluginRequest) -> Command:
        # The engine's environment, with what it adds for this plugin.
        given = dict(variable.split("=", 1) for variable in request.env if "=" in variable)
        environ = {**self._environ, **given}
        project = read_project(request.info, environ, default_virtualenv=PLUGIN_VIRTUALENV)
        arguments = plugin_arguments(request.kind, project.folder, request.args)
        return project.command(arguments, Path(request.pwd) if request.pwd else None)

    async def _ensure_virtualenv(self, project: Project) -> None:
        if project.virtualenv is None:
            return
        if can_be_created(virtualenv_path(project.root, project.virtualenv)):
            async with engine_channel(self._engine_address()) as channel:
                installer = Installer(self._programs, self._environ, log_sender(channel))
                await installer.install(project.root, project.folder, project.virtualenv)

    def _executor(self) -> str:
        found = self._arguments.executor or shutil.which(EXECUTOR, path=self._environ.get("PATH"))
        if found is None or not Path(found).is_file():
            raise HostError(
                f"{EXECUTOR} is missing: expected on PATH, or where -use-executor says "
                f"(found: {found}); it is part of the Go module github.com/pulumi/pulumi/sdk/v3, "
                f"at python/cmd/{EXECUTOR}: put it beside pulumi-language-python"
            )
        return found

    def _engine_address(self) -> str:
        if not self._engine:
            raise HostError("no engine address: start with one, or call Handshake first")
        return self._engine


def _refuse_debugger(asked: bool) -> None:
    if asked:
        raise HostError(
            "this language host attaches no debugger; run without --attach-debugger, or with the "
            "language host of Pulumi's own download"
        )


@asynccontextmanager
async def _reported(context: Context) -> AsyncIterator[None]:
    try:
        yield
    except HostError as error:
        await context.abort(grpc.StatusCode.UNKNOWN, str(error))
