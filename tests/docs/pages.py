"""The pages for people, and what they tell one to type."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
# What these tell was so when they were written.
HISTORY = re.compile(r"^(CHANGELOG\.md|docs/decisions/)")
FENCE = re.compile(r"^( *)```(\S*)[^\n]*\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"(?:^|\s)#\s.*$", re.MULTILINE)
PROMPT = "$ "


@dataclass(frozen=True, kw_only=True)
class Command:
    """What is to be typed at a line of a page; `shown`: the output that the page has below it."""

    page: str
    line: int
    text: str
    shown: str = ""

    @property
    def plain(self) -> str:
        """On one line, without the comment behind it."""
        return " ".join(COMMENT.sub("", self.text.replace("\\\n", " ")).split())

    @property
    def place(self) -> str:
        """For messages."""
        return f"{self.page}:{self.line}"


def every_page() -> list[str]:
    """The paths of all pages."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"]
    found = subprocess.run(listed, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    return sorted(page for page in found.split("\0") if page and (PROJECT / page).is_file())


def current_pages() -> list[str]:
    """Those that speak of mcpier as it is."""
    return [page for page in every_page() if not HISTORY.match(page)]


def text_of(page: str) -> str:
    """A page's text."""
    return (PROJECT / page).read_text("utf-8")


def prose_of(page: str) -> str:
    """A page's text without its fenced blocks."""
    return FENCE.sub("", text_of(page))


def commands_of(page: str) -> list[Command]:
    """What the page's blocks tell one to type: all of a `sh` block, a `console` block's prompts."""
    text = text_of(page)
    found: list[Command] = []
    for block in FENCE.finditer(text):
        indent, language, inside = block.groups()
        if language in ("sh", "console"):
            lines = [line.removeprefix(indent) for line in inside.splitlines()]
            first = text.count("\n", 0, block.start(3)) + 1
            split = _typed if language == "sh" else _session
            found += split(page, first, lines)
    return found


def _typed(page: str, first: int, lines: list[str]) -> Iterator[Command]:
    """Every line is a command, or goes on with the one before it."""
    begun: list[str] = []
    for number, line in enumerate(lines, first):
        begun.append(line)
        if not line.endswith("\\"):
            command = Command(page=page, line=number + 1 - len(begun), text="\n".join(begun))
            begun = []
            if command.plain:
                yield command


def _session(page: str, first: int, lines: list[str]) -> Iterator[Command]:
    """A prompt stands before each command, and what it prints below it."""
    prompts = [number for number, line in enumerate(lines) if line.startswith(PROMPT)]
    for begin, end in zip(prompts, [*prompts[1:], len(lines)], strict=True):
        last = next(at for at in range(begin, end) if not lines[at].endswith("\\"))
        yield Command(
            page=page,
            line=first + begin,
            text="\n".join(lines[begin : last + 1]).removeprefix(PROMPT),
            shown="\n".join(lines[last + 1 : end]),
        )
