"""The container's log: every line of a program carries its name, and none is lost."""

import io
import re
from collections.abc import Callable

import pytest
from playwright_instance.named_lines import LONGEST, NamedLines

from tests.image.playwright_harness import PROGRAMS, Instance
from tests.waiting import until

NAMED = re.compile(rf"^\[({'|'.join(PROGRAMS)})\] ")
# supervisord's own lines begin with a time.
TIMED = re.compile(r"^\d{4}-\d\d-\d\d ")


@pytest.fixture
def output() -> io.BytesIO:
    """What has been written."""
    return io.BytesIO()


@pytest.fixture
def lines(output: io.BytesIO) -> NamedLines:
    """The lines of all programs on it."""
    return NamedLines(output)


def test_each_line_carries_its_programs_name(lines: NamedLines, output: io.BytesIO) -> None:
    lines.take("novnc", b"one\ntwo\n\n")
    assert output.getvalue() == b"[novnc] one\n[novnc] two\n[novnc] \n"


def test_a_line_that_comes_in_pieces_is_written_whole(
    lines: NamedLines, output: io.BytesIO
) -> None:
    for program, piece in (("a", b"on"), ("b", b"other\n"), ("a", b"e\ntw"), ("a", b"o\n")):
        lines.take(program, piece)
    assert output.getvalue() == b"[b] other\n[a] one\n[a] two\n"


def test_what_a_program_leaves_without_an_end_of_line_is_written_when_it_ends(
    lines: NamedLines, output: io.BytesIO
) -> None:
    lines.take("a", b"last words")
    assert output.getvalue() == b""
    lines.end("a")
    lines.end("a")
    assert output.getvalue() == b"[a] last words\n"


def test_a_line_without_an_end_is_kept_in_pieces_and_not_in_memory(
    lines: NamedLines, output: io.BytesIO
) -> None:
    lines.take("a", b"x" * (2 * LONGEST + 1))
    lines.end("a")
    pieces = output.getvalue().splitlines()
    assert [len(piece) - len(b"[a] ") for piece in pieces] == [LONGEST, LONGEST, 1]


@pytest.mark.docker
def test_every_line_of_a_running_instance_is_named(start: Callable[..., Instance]) -> None:
    instance = start()
    instance.wait_healthy()
    instance.signal(instance.pid("novnc"), "KILL")
    until(lambda: "exited" in instance.logs(), 10, "the log says nothing of the end of novnc")
    said = instance.logs().splitlines()
    assert [line for line in said if not NAMED.match(line) and not TIMED.match(line)] == []
    assert any(NAMED.match(line) for line in said)
