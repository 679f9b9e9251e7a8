"""What the Python language host answers over gRPC."""

import asyncio
import os
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import grpc
import grpc.aio
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import language_pb2 as messages
from pulumi.runtime.proto.language_pb2_grpc import (
    LanguageRuntimeStub,
    add_LanguageRuntimeServicer_to_server,
)

from toolchain.language_host.arguments import Arguments
from toolchain.language_host.service import LanguageHost

Answer = TypeVar("Answer")


def answer(call: Callable[[LanguageRuntimeStub], Answer]) -> Answer:
    """What `call` gets from a language host that serves while it lasts."""

    async def serve() -> Answer:
        host = LanguageHost(Arguments("127.0.0.1:1", None, None), os.environ)
        server = grpc.aio.server()
        add_LanguageRuntimeServicer_to_server(host, server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        try:
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                return await asyncio.to_thread(call, LanguageRuntimeStub(channel))
        finally:
            await host.close()
            await server.stop(None)

    return asyncio.run(serve())


def refusal(call: Callable[[LanguageRuntimeStub], object]) -> tuple[grpc.StatusCode, str]:
    """The error that `call` ends in: its code and its text."""
    with pytest.raises(grpc.RpcError) as raised:
        answer(call)
    assert isinstance(raised.value, grpc.Call)
    return raised.value.code(), raised.value.details() or ""


def program(folder: Path, **options: str) -> messages.ProgramInfo:
    info = messages.ProgramInfo(
        root_directory=str(folder), program_directory=str(folder), entry_point="."
    )
    info.options.update(options)
    return info


def test_about_names_the_interpreter_and_its_version(tmp_path: Path) -> None:
    request = messages.AboutRequest(info=program(tmp_path, virtualenv=sys.prefix))
    about = answer(lambda host: host.About(request))
    assert about.executable == f"{sys.prefix}/bin/python"
    assert about.version == ".".join(map(str, sys.version_info[:3]))


def test_the_version_is_that_of_the_sdk() -> None:
    assert answer(lambda host: host.GetPluginInfo(Empty())).version == version("pulumi")


def test_a_program_requires_the_plugins_of_its_packages(tmp_path: Path) -> None:
    request = messages.GetRequiredPackagesRequest(info=program(tmp_path, virtualenv=sys.prefix))
    packages = answer(lambda host: host.GetRequiredPackages(request)).packages
    expected = ("command", f"v{version('pulumi-command')}", "resource")
    assert expected in [(package.name, package.version, package.kind) for package in packages]
    assert "pulumi" not in [package.name for package in packages]


def test_a_plugin_streams_its_output_and_its_exit_code(tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text(
        "import os, sys; print(os.environ['GIVEN'], sys.argv[1:], os.getcwd())\n"
        "print('to stderr', file=sys.stderr); sys.exit(3)"
    )
    request = messages.RunPluginRequest(
        info=program(tmp_path, virtualenv=sys.prefix),
        kind="resource",
        args=["127.0.0.1:1"],
        env=["GIVEN=given"],
        pwd=str(tmp_path),
    )
    pieces = answer(lambda host: list(host.RunPlugin(request)))
    stdout = b"".join(piece.stdout for piece in pieces).decode()
    assert stdout == f"given ['127.0.0.1:1'] {tmp_path}\n"
    assert b"".join(piece.stderr for piece in pieces) == b"to stderr\n"
    assert pieces[-1].exitcode == 3


def test_an_installation_streams_what_happens(tmp_path: Path) -> None:
    request = messages.InstallDependenciesRequest(info=program(tmp_path, virtualenv=sys.prefix))
    pieces = answer(lambda host: list(host.InstallDependencies(request)))
    assert b"No requirements.txt in" in b"".join(piece.stdout for piece in pieces)


def test_a_missing_virtual_environment_is_told_to_the_user(tmp_path: Path) -> None:
    request = messages.AboutRequest(info=program(tmp_path, virtualenv="venv"))
    _, text = refusal(lambda host: host.About(request))
    assert "'virtualenv' is 'venv'" in text


def test_an_environment_is_not_created_over_something_else(tmp_path: Path) -> None:
    (tmp_path / "venv").touch()
    request = messages.GetRequiredPackagesRequest(info=program(tmp_path, virtualenv="venv"))
    _, text = refusal(lambda host: host.GetRequiredPackages(request))
    assert "is no virtual environment" in text


def test_a_missing_executor_is_named_with_its_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    request = messages.RunRequest(info=program(tmp_path, virtualenv=sys.prefix))
    _, text = refusal(lambda host: host.Run(request))
    assert text.startswith("pulumi-language-python-exec is missing: expected on PATH")
    assert "github.com/pulumi/pulumi/sdk/v3" in text


def test_a_debugger_is_refused(tmp_path: Path) -> None:
    request = messages.RunRequest(info=program(tmp_path), attach_debugger=True)
    _, text = refusal(lambda host: host.Run(request))
    assert "attaches no debugger" in text


def test_generating_code_is_left_to_pulumis_own_host() -> None:
    request = messages.GeneratePackageRequest()
    code, text = refusal(lambda host: host.GeneratePackage(request))
    assert code is grpc.StatusCode.UNIMPLEMENTED
    assert "generating a Python SDK is not part of this language host" in text
