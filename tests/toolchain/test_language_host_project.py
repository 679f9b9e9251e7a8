"""What the Python language host asks of a program's environment, and installs into it."""

import asyncio
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from pulumi.runtime.proto.language_pb2 import ProgramInfo

from toolchain.language_host.errors import HostError
from toolchain.language_host.install import Installer
from toolchain.language_host.packages import InstalledPackage
from toolchain.language_host.processes import Command, Processes, StreamName
from toolchain.language_host.project import Project, read_project

ENVIRON = {**os.environ, "PULUMI_PYTHON_CMD": sys.executable}


def make_project(folder: Path, virtualenv: str | None = None) -> Project:
    return Project(root=folder, folder=folder, virtualenv=virtualenv, environ=ENVIRON)


def make_virtualenv(path: Path) -> Path:
    """A virtual environment without pip; its folder for packages."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(path)], check=True)
    return next(path.glob("lib/python*/site-packages"))


def install(folder: Path, virtualenv: str | None) -> tuple[str, str]:
    """Installs the dependencies of the program in `folder`: what was said on stdout and stderr."""
    said: dict[StreamName, bytes] = {"stdout": b"", "stderr": b""}

    async def send(name: StreamName, data: bytes) -> None:
        said[name] += data

    installer = Installer(Processes(), ENVIRON, send)
    asyncio.run(installer.install(folder, folder, virtualenv))
    return said["stdout"].decode(), said["stderr"].decode()


def test_the_packages_of_a_virtual_environment_are_found_with_their_plugin_files(
    tmp_path: Path,
) -> None:
    packages = make_virtualenv(tmp_path / "venv")
    (packages / "pulumi_sample").mkdir()
    (packages / "pulumi_sample" / "pulumi-plugin.json").write_text('{"resource": true}')
    (packages / "pulumi_sample-1.2.3.dist-info").mkdir()
    (packages / "pulumi_sample-1.2.3.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: pulumi-sample\nVersion: 1.2.3\n"
    )
    found = asyncio.run(make_project(tmp_path, "venv").installed(Processes()))
    assert found == [InstalledPackage("pulumi-sample", "1.2.3", '{"resource": true}')]


def test_the_dependencies_of_a_program_are_those_that_pip_lists(tmp_path: Path) -> None:
    project = make_project(tmp_path, sys.prefix)
    listed = asyncio.run(project.dependencies(Processes(), all_=True))
    assert ("pulumi", version("pulumi")) in [(item.name, item.version) for item in listed]
    direct = asyncio.run(project.dependencies(Processes(), all_=False))
    assert "protobuf" in {item.name for item in listed} - {item.name for item in direct}


def test_an_environment_that_does_not_answer_is_named_with_its_own_words(tmp_path: Path) -> None:
    make_virtualenv(tmp_path / "venv")
    with pytest.raises(HostError, match=r"-m pip list .* failed .*\n.*No module named pip"):
        asyncio.run(make_project(tmp_path, "venv").dependencies(Processes(), all_=True))


def test_a_plugin_without_the_option_runs_in_venv(tmp_path: Path) -> None:
    info = ProgramInfo(root_directory=str(tmp_path), program_directory=str(tmp_path))
    assert read_project(info, ENVIRON, default_virtualenv="venv").virtualenv == "venv"
    info.options.update({"virtualenv": "mine"})
    assert read_project(info, ENVIRON, default_virtualenv="venv").virtualenv == "mine"


def test_installing_creates_the_virtual_environment(tmp_path: Path) -> None:
    said, _ = install(tmp_path, "venv")
    assert (tmp_path / "venv" / "bin" / "python").is_file()
    assert f"Creating virtual environment {tmp_path}/venv" in said
    assert f"No requirements.txt in {tmp_path}: no packages to install" in said


def test_a_failed_installation_shows_pips_words_and_the_command(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("./not-there\n")
    with pytest.raises(HostError, match=r"-m pip install -r requirements\.txt` failed"):
        install(tmp_path, sys.prefix)


def test_a_program_that_cannot_be_started_is_named(tmp_path: Path) -> None:
    command = Command([str(tmp_path / "missing")], ENVIRON)
    with pytest.raises(HostError, match=f"could not start {tmp_path}/missing: No such file"):
        asyncio.run(Processes().captured(command))
