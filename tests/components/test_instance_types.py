"""Adding an instance type is adding a folder."""

from pathlib import Path

import pytest
import yaml

from components.core.errors import ConfigError
from components.instance_types import load_types
from tests.components.recording import PLAIN


def add(project: Path, name: str, text: str) -> Path:
    folder = project / "image" / name
    folder.mkdir(parents=True)
    (folder / "type.yaml").write_text(text)
    (folder / "Dockerfile").write_text("FROM scratch\n")
    return folder


def test_every_folder_with_a_type_file_is_a_type(tmp_path: Path) -> None:
    for name in ("b", "a"):
        add(tmp_path, name, yaml.safe_dump(PLAIN))
    (tmp_path / "image" / "proxy").mkdir()
    kinds = load_types(tmp_path)
    assert [(kind.name, kind.folder) for kind in kinds] == [("a", "image/a"), ("b", "image/b")]


def test_a_changed_file_of_its_folder_is_another_build(tmp_path: Path) -> None:
    folder = add(tmp_path, "a", yaml.safe_dump(PLAIN))
    before = load_types(tmp_path)[0].image
    (folder / "Dockerfile").write_text("FROM scratch\nUSER 1000\n")
    assert load_types(tmp_path)[0].image != before


def test_a_file_that_is_no_yaml_is_named_in_one_line(tmp_path: Path) -> None:
    add(tmp_path, "a", "description: [")
    with pytest.raises(ConfigError) as caught:
        load_types(tmp_path)
    problem = str(caught.value.problems[0])
    assert problem.startswith("image/a/type.yaml: expected YAML, found while parsing")
    assert "\n" not in problem


def test_an_empty_type_file_is_told_what_it_lacks(tmp_path: Path) -> None:
    add(tmp_path, "a", "")
    with pytest.raises(ConfigError, match=r"type\.yaml:description: expected a sentence"):
        load_types(tmp_path)


def test_a_folder_that_the_config_names_is_a_type(tmp_path: Path) -> None:
    folder = add(tmp_path / "elsewhere", "a", yaml.safe_dump(PLAIN))
    (kind,) = load_types(tmp_path, {"typePaths": [str(folder)]})
    assert (kind.name, kind.folder) == ("a", str(folder))


def test_what_is_wrong_with_folders_and_types_is_said_at_once(tmp_path: Path) -> None:
    add(tmp_path, "a", yaml.safe_dump(PLAIN))
    add(tmp_path, "b", "")
    again = add(tmp_path / "elsewhere", "a", yaml.safe_dump(PLAIN))
    with pytest.raises(ConfigError) as caught:
        load_types(tmp_path, {"typePaths": [str(again), "nowhere"]})
    found = [str(problem).partition(",")[0] for problem in caught.value.problems]
    assert "mcpier:typePaths[0]: expected a type with a name of its own" in found
    assert "mcpier:typePaths[1]: expected a folder with a type.yaml" in found
    assert "image/b/type.yaml:description: expected a sentence" in found


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"description: \xe9t\xe9", "can't decode byte"),
        (b"choices: {day: {default: 2026-13-45}}\nmcp: 08", "08 is no int"),
        (b"environment: &all {a: *all}", "recursive"),
        (b"endpoints: {mcp: {auth: bearer, auth: none}}", "auth stands here twice"),
    ],
)
def test_what_no_reader_of_yaml_takes_is_named_too(
    tmp_path: Path, written: bytes, said: str
) -> None:
    (add(tmp_path, "a", "") / "type.yaml").write_bytes(written)
    add(tmp_path, "b", "")
    with pytest.raises(ConfigError) as caught:
        load_types(tmp_path)
    first, *others = map(str, caught.value.problems)
    assert first.startswith("image/a/type.yaml: expected YAML, found ")
    assert said in first
    assert any(other.startswith("image/b/") for other in others)


def test_words_that_other_yaml_takes_for_truth_are_names_of_variables(tmp_path: Path) -> None:
    add(tmp_path, "a", yaml.safe_dump(PLAIN) + "environment: {NO: 'x', on: 'y'}\n")
    assert load_types(tmp_path)[0].environment == {"NO": "x", "on": "y"}


def test_files_that_a_type_names_and_lacks_are_named_at_once(tmp_path: Path) -> None:
    text = yaml.safe_dump({**PLAIN, "seccomp": "profile.json"})
    (add(tmp_path, "a", text) / "Dockerfile").unlink()
    for name, profile in (("b", "{"), ("c", "[]"), ("d", '{"syscalls": [{"names": ["a"]}]}')):
        (add(tmp_path, name, text) / "profile.json").write_text(profile)
    with pytest.raises(ConfigError) as caught:
        load_types(tmp_path)
    assert [problem.path for problem in caught.value.problems] == [
        "image/a/Dockerfile",
        "image/a/profile.json",
        "image/b/profile.json",
        "image/c/profile.json",
        "image/d/profile.json",
    ]
