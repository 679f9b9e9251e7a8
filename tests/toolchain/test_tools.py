"""Pulumi's tools: what is there is used, nothing is built twice, what cannot be had is named."""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from toolchain import builds
from toolchain.builds import TOOLS
from toolchain.errors import SetupError
from toolchain.shell import tools_folder
from toolchain.tools import ensure_tools

PLUGINS = [tool for tool in TOOLS if tool.plugin]
PLUGINLESS = [tool for tool in TOOLS if not tool.plugin]


class Machine:
    """A machine with nothing on PATH but what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.home = folder / "pulumi"
        self.bin.mkdir()

    def has(self, *programs: str, script: str = "exit 1") -> None:
        for name in programs:
            (self.bin / name).write_text(f"#!/bin/sh\n{script}\n")
            (self.bin / name).chmod(0o755)

    def has_plugins(self) -> None:
        """The plugins that Pulumi has downloaded before."""
        for tool in PLUGINS:
            assert tool.plugin is not None
            name, version = tool.plugin
            (self.home / "plugins" / f"resource-{name}-v{version}").mkdir(parents=True)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(tmp_path)
    monkeypatch.setenv("PATH", str(machine.bin))
    monkeypatch.setenv("PULUMI_HOME", str(machine.home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return machine


@pytest.fixture
def said() -> list[str]:
    return []


def built_before() -> None:
    """Fills the cache as if every tool had been built."""
    for tool in TOOLS:
        program = builds.program(tool)
        program.parent.mkdir(parents=True)
        program.write_text(tool.program)


def test_what_is_on_path_is_not_built(machine: Machine, said: list[str]) -> None:
    machine.has(*(tool.program for tool in TOOLS))
    ensure_tools(said.append)
    assert said == []
    assert list(tools_folder().iterdir()) == []


def test_a_plugin_that_pulumi_has_downloaded_is_not_built(
    machine: Machine, said: list[str]
) -> None:
    machine.has(*(tool.program for tool in PLUGINLESS))
    machine.has_plugins()
    ensure_tools(said.append)
    assert said == []
    assert list(tools_folder().iterdir()) == []


def test_a_pulumi_that_is_there_is_asked_for_the_plugins(machine: Machine, said: list[str]) -> None:
    machine.has(*(tool.program for tool in PLUGINLESS))
    machine.has("pulumi", script=f'echo "$*" >> {machine.bin}/asked')
    ensure_tools(said.append)
    assert (machine.bin / "asked").read_text().splitlines() == [
        f"plugin install resource docker {builds.DOCKER}",
        f"plugin install resource command {builds.COMMAND}",
    ]
    assert list(tools_folder().iterdir()) == []


def test_a_plugin_that_pulumi_cannot_download_is_built(machine: Machine, said: list[str]) -> None:
    machine.has(*(tool.program for tool in PLUGINLESS))
    with pytest.raises(SetupError) as caught:
        ensure_tools(said.append)
    assert caught.value.what == (
        "pulumi-resource-docker is not on PATH, and Go is not there to build it"
    )
    assert caught.value.remedy == (
        f"install Pulumi {builds.PULUMI} as its documentation says, or Go, and run this again"
    )


def test_what_was_built_before_is_only_linked(machine: Machine, said: list[str]) -> None:
    built_before()
    ensure_tools(said.append)
    assert said == []
    assert {file.name: file.read_text() for file in tools_folder().iterdir()} == {
        tool.program: tool.program for tool in TOOLS
    }


def test_only_what_is_missing_is_linked(machine: Machine, said: list[str]) -> None:
    built_before()
    machine.has("pulumi", "pulumi-resource-docker")
    ensure_tools(said.append)
    assert sorted(file.name for file in tools_folder().iterdir()) == [
        "pulumi-language-python",
        "pulumi-resource-command",
    ]


def test_a_second_run_changes_nothing(machine: Machine, said: list[str]) -> None:
    built_before()
    ensure_tools(said.append)
    before = {file: file.stat() for file in tools_folder().iterdir()}
    ensure_tools(said.append)
    assert {file: file.stat() for file in tools_folder().iterdir()} == before


def test_a_tool_of_an_earlier_version_gives_way_also_where_it_is_on_path(
    machine: Machine, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    built_before()
    old = tools_folder() / "pulumi"
    old.parent.mkdir()
    old.write_text("of an earlier version")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{machine.bin}{os.pathsep}{tools_folder()}")
    ensure_tools(said.append)
    assert old.read_text() == "pulumi"


def _set_up() -> None:
    ensure_tools(lambda _: None)


def test_set_ups_at_once_leave_each_others_links_alone(machine: Machine) -> None:
    built_before()
    _set_up()
    linked = {link.name for link in tools_folder().iterdir()}
    with ProcessPoolExecutor(4, get_context("spawn")) as pool:
        for _ in range(20):
            for link in tools_folder().iterdir():
                link.unlink()
            for done in [pool.submit(_set_up) for _ in range(4)]:
                done.result()
            assert {link.name for link in tools_folder().iterdir()} == linked
