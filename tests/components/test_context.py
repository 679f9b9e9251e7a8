"""Build contexts are read as the engine reads them: .dockerignore decides what belongs to one."""

import os
from pathlib import Path

import pytest

from components.context import read_context

TREE = [
    "Dockerfile",
    "README.md",
    "docs/guide.md",
    "docs/deep/note.md",
    "src/.cache/x",
    "src/main.py",
    "src/__pycache__/main.pyc",
    "src/lib/__pycache__/a.pyc",
]


@pytest.fixture
def context(tmp_path: Path) -> Path:
    for name in TREE:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return tmp_path


def left_out(context: Path, ignore: str) -> list[str]:
    """What the patterns of a .dockerignore leave out of `TREE`."""
    (context / ".dockerignore").write_text(ignore)
    kept = [file.path for file in read_context(context)]
    return [name for name in TREE if name not in kept]


def test_all_files_belong_where_nothing_is_left_out(context: Path) -> None:
    assert sorted(file.path for file in read_context(context)) == sorted(TREE)


@pytest.mark.parametrize(
    ("ignore", "names"),
    [
        ("", []),
        ("*.md", ["README.md"]),
        ("/README.md", ["README.md"]),
        ("docs", ["docs/guide.md", "docs/deep/note.md"]),
        ("docs/", ["docs/guide.md", "docs/deep/note.md"]),
        ("docs/*.md", ["docs/guide.md"]),
        ("docs/*/*.md", ["docs/deep/note.md"]),
        ("**/*.md", ["README.md", "docs/guide.md", "docs/deep/note.md"]),
        ("**/deep/*.md", ["docs/deep/note.md"]),
        ("**/__pycache__", ["src/__pycache__/main.pyc", "src/lib/__pycache__/a.pyc"]),
        ("**/.*", ["src/.cache/x"]),
        ("main.py", []),
        ("docs\n!docs/deep", ["docs/guide.md"]),
        ("!docs/deep\ndocs", ["docs/guide.md", "docs/deep/note.md"]),
        ("# docs\n\n  README.md  ", ["README.md"]),
    ],
)
def test_a_pattern_leaves_out_what_the_engine_leaves_out(
    ignore: str, names: list[str], context: Path
) -> None:
    assert left_out(context, ignore) == names


def test_the_dockerfile_always_belongs(context: Path) -> None:
    assert "Dockerfile" not in left_out(context, "*")


def test_a_file_comes_with_content_and_its_owners_right_to_execute(context: Path) -> None:
    (context / "Dockerfile").chmod(0o744)
    (context / "README.md").chmod(0o655)
    files = {file.path: file for file in read_context(context)}
    assert files["Dockerfile"].content == b"Dockerfile"
    assert files["Dockerfile"].executable
    assert files["README.md"].executable is False


def test_files_come_in_one_order_on_every_machine(context: Path) -> None:
    paths = [file.path for file in read_context(context)]
    assert paths == sorted(paths, key=lambda path: path.split(os.sep))
