"""How a tool is built: from these very sources, once, and never half."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from toolchain import builds
from toolchain.builds import Tool, Workshop, build, program
from toolchain.errors import SetupError


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sources of a tool `hammer`, on a machine with a Go and an empty cache."""
    folder = tmp_path / "sources" / "hammer"
    folder.mkdir(parents=True)
    (folder / "main.go").write_text("package main\n")
    go = tmp_path / "bin" / "go"
    go.parent.mkdir()
    go.write_text("#!/bin/sh\nexit 0\n")
    go.chmod(0o755)
    monkeypatch.setenv("PATH", f"{go.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(builds, "SOURCES", tmp_path / "sources")
    return folder


def hammer(steps: Callable[[Workshop], None]) -> Tool:
    return Tool(program="hammer", folder="hammer", plugin=None, steps=steps)


def copy_source(workshop: Workshop) -> None:
    """Builds by copying, and leaves a trace in the sources that it was given."""
    workshop.run("copying", ["cp", "main.go", str(workshop.target / "hammer")])
    workshop.run("dropping", ["touch", "dropped"])


def break_off(workshop: Workshop) -> None:
    copy_source(workshop)
    workshop.run("breaking off", ["sh", "-c", "echo the reason; exit 3"])


def test_what_is_built_has_its_name_in_the_cache(sources: Path) -> None:
    said: list[str] = []
    built = build(hammer(copy_source), said.append)
    assert built == program(hammer(copy_source))
    assert built.read_text() == "package main\n"
    assert said == ["building hammer from its modules, once for this machine"]


def test_the_sources_stay_as_they_are(sources: Path) -> None:
    build(hammer(copy_source), lambda line: None)
    assert [file.name for file in sources.iterdir()] == ["main.go"]


def test_nothing_is_built_twice(sources: Path) -> None:
    build(hammer(copy_source), lambda line: None)
    said: list[str] = []
    build(hammer(break_off), said.append)
    assert said == []


def test_a_build_that_breaks_off_leaves_nothing_and_tells_the_reason(sources: Path) -> None:
    with pytest.raises(SetupError) as caught:
        build(hammer(break_off), lambda line: None)
    assert "the reason" in caught.value.what
    target = program(hammer(break_off))
    assert list(target.parents[1].iterdir()) == []
    assert build(hammer(copy_source), lambda line: None) == target


@pytest.mark.parametrize("change", ["content", "name", "more"])
def test_other_sources_are_another_build(sources: Path, change: str) -> None:
    before = program(hammer(copy_source))
    file = sources / "main.go"
    if change == "content":
        file.write_text("package other\n")
    if change == "name":
        file.rename(sources / "hammer.go")
    if change == "more":
        (sources / "deep").mkdir()
        (sources / "deep" / "more.go").touch()
    assert program(hammer(copy_source)) != before


def test_a_module_that_tools_share_stands_beside_their_own_and_is_of_their_sources(
    sources: Path,
) -> None:
    (shared := sources.parent / "handle").mkdir()
    (shared / "grip.go").write_text("package handle\n")

    def copy_shared(workshop: Workshop) -> None:
        workshop.run("copying", ["cp", "../handle/grip.go", str(workshop.target / "hammer")])

    tool = Tool(
        program="hammer", folder="hammer", plugin=None, steps=copy_shared, beside=("handle",)
    )
    assert build(tool, lambda line: None).read_text() == "package handle\n"
    before = program(tool)
    (shared / "grip.go").write_text("package other\n")
    assert program(tool) != before


@pytest.mark.parametrize("name", ["__pycache__/main.pyc", "plugin/schema.json"])
def test_what_a_run_leaves_in_the_sources_is_not_of_them(sources: Path, name: str) -> None:
    before = program(hammer(copy_source))
    (sources / name).parent.mkdir()
    (sources / name).write_text("left")
    assert program(hammer(copy_source)) == before


def test_without_go_a_tool_is_not_built(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError, match="hammer is not on PATH, and Go is not there"):
        build(hammer(copy_source), lambda line: None)
