"""Every broken stack file of the corpus is told what stands beside it, and shows no secret."""

from pathlib import Path

import pytest

from tests.core.corpus import FOLDER, broken, golden, told


@pytest.mark.parametrize("file", broken(), ids=lambda file: file.stem)
def test_a_broken_file_is_told(file: Path) -> None:
    assert told(file) == golden(file).read_text("utf-8"), (
        "if the new text is meant, type: .venv/bin/python -m tests.core.corpus"
    )


def test_every_file_has_a_text_and_no_text_is_left_over() -> None:
    assert len(broken()) >= 80
    texts = {file.stem: file.read_text("utf-8") for file in FOLDER.glob("*.txt")}
    assert set(texts) == {file.stem for file in broken()}
    assert [name for name, text in texts.items() if not text.strip()] == []


def test_no_message_shows_a_secret_or_takes_more_than_a_few_lines() -> None:
    for file in broken():
        text = golden(file).read_text("utf-8")
        assert "canary" not in text, file.name
        assert max(map(len, text.splitlines())) < 400, file.name
        assert len(text.splitlines()) <= 20, file.name
