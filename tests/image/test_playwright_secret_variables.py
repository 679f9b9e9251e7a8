"""How secret variables are read from their files."""

from pathlib import Path

import pytest
from playwright_instance.variables import read_secret_variables


@pytest.mark.parametrize("value", ["", "plain", "a\r\nb\r\n", "a\rb", "a\nb\n", " ü\t"])
def test_a_value_is_read_as_it_was_given(tmp_path: Path, value: str) -> None:
    (tmp_path / "LOGIN").write_bytes(value.encode())
    assert read_secret_variables(tmp_path) == {"LOGIN": value}


def test_without_their_folder_there_are_none(tmp_path: Path) -> None:
    assert read_secret_variables(tmp_path / "env") == {}
