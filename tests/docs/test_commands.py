"""Every command of the pages has somebody who runs it."""

import ast
import re
from fnmatch import fnmatchcase

import pytest
import typer
from typer.core import TyperGroup

from console.app import app
from tests.docs.pages import (
    FENCE,
    PROJECT,
    PROMPT,
    Command,
    commands_of,
    current_pages,
    prose_of,
    text_of,
)
from tests.docs.rules import RULES, Elsewhere, rule_of

COMMANDS = [command for page in current_pages() for command in commands_of(page)]
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)
INLINE = re.compile(r"`(?:\.venv/bin/)?((?:mcpier|make) [^`]+)`")
NAMED_TEST = re.compile(r"\btests/[\w/.-]*\w/?")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.place)
def test_a_rule_says_who_runs_a_command(command: Command) -> None:
    assert rule_of(command), (
        f"{command.place}: nobody runs {command.plain}\n"
        "  → say in tests/docs/rules.py who does: best Here()"
    )


@pytest.mark.parametrize("pattern", [pattern for pattern, _ in RULES])
def test_a_rule_is_about_a_command(pattern: str) -> None:
    first = {
        next(each for each, _ in RULES if fnmatchcase(command.plain, each))
        for command in COMMANDS
        if rule_of(command)
    }
    assert pattern in first, f"no command is decided by {pattern}\n  → take the rule out"


@pytest.mark.parametrize(
    "named", sorted({rule.test for _, rule in RULES if isinstance(rule, Elsewhere)})
)
def test_a_test_that_a_rule_names_is_there(named: str) -> None:
    file, _, function = named.partition("::")
    tree = ast.parse((PROJECT / file).read_text("utf-8"))
    defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert function in defined or not function, f"{file} has no {function}"


@pytest.mark.parametrize("page", current_pages())
def test_what_is_to_be_typed_stands_in_blocks_that_say_so(page: str) -> None:
    other = [found for found in FENCE.finditer(text_of(page)) if found[2] not in ("sh", "console")]
    typed = [line for found in other for line in found[3].splitlines() if line.startswith(PROMPT)]
    assert typed == [], f"{page}: mark the block as console"


@pytest.mark.parametrize("page", current_pages())
def test_targets_and_commands_that_are_named_in_passing_are_there(page: str) -> None:
    targets = set(TARGET.findall((PROJECT / "Makefile").read_text("utf-8")))
    wrong = []
    for text in INLINE.findall(prose_of(page)):
        program, *words = re.sub(r"[][|]", " ", text).split()
        known = _is_command(words) if program == "mcpier" else _targets_of(words) <= targets
        wrong += [] if known else [text]
    assert wrong == []


@pytest.mark.parametrize("page", current_pages())
def test_tests_that_are_named_are_there(page: str) -> None:
    gone = [name for name in NAMED_TEST.findall(text_of(page)) if not (PROJECT / name).exists()]
    assert gone == []


def _targets_of(words: list[str]) -> set[str]:
    return {word for word in words if re.fullmatch(r"[a-z][a-z-]*", word)}


def _is_command(words: list[str]) -> bool:
    """Whether the words begin with a command of mcpier's, and its options are among its own."""
    found = typer.main.get_command(app)
    while isinstance(found, TyperGroup) and words and words[0] in found.commands:
        found, words = found.commands[words[0]], words[1:]
    known = {option for each in found.params for option in each.opts}
    flags = {word for word in words if re.match(r"--?[a-z]", word)}
    return flags <= known and bool(flags or not isinstance(found, TyperGroup))
