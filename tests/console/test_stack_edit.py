"""Commands that edit a stack's file: what they write, and what they refuse to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from console import pulumi, stack_edit, stack_file, types
from console.errors import ConsoleError
from console.pulumi import PROJECT

TEXT = """# ours
config:
  mcpier:domain: mcp.example.org  # public
  mcpier:instances:
    demo:
      type: playwright
      tokens: [alice, ci]  # who
  # encrypted
  mcpier:secrets:
    instances:
      demo:
        tokens: {ci: {secure: v1:x}}
        env:
          A: {secure: v1:y}
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stack's file in a project with the real instance types."""
    stacks = tmp_path / "stacks"
    stacks.mkdir()
    (tmp_path / "image").symlink_to(PROJECT / "image")
    for module in (pulumi, stack_file, types):
        monkeypatch.setattr(module, "PROJECT", tmp_path)
    made = stacks / "Pulumi.dev.yaml"
    made.write_text(TEXT)
    return made


def refused(file: Path) -> None:
    """The file is as it was, and nothing lies beside it."""
    assert file.read_text() == TEXT
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_an_instance_is_written_with_its_settings_and_all_else_stays(file: Path) -> None:
    settings = stack_edit.read_settings(
        "dev", "playwright", ["bob"], ["timeoutAction=5000", "env.SHOP=a=b", "state=stopped"]
    )
    stack_edit.add_instance("dev", "second", settings)
    assert file.read_text() == TEXT.replace(
        "# who\n",
        "# who\n    second:\n      type: playwright\n      tokens:\n        - bob\n"
        "      timeoutAction: '5000'\n      env:\n        SHOP: a=b\n      state: stopped\n",
    )


@pytest.mark.parametrize(
    ("id_", "type_", "setting", "said"),
    [
        ("Second", "playwright", "state=stopped", "mcpier:instances.Second: expected an id"),
        ("second", "playwrigth", "state=stopped", "Did you mean playwright?"),
        ("second", "playwright", "screeen=1", "Did you mean screen?"),
        ("second", "playwright", "state=[", "the value of state is not YAML"),
        ("second", "playwright", "state", "'state' is not KEY=VALUE"),
        ("demo", "playwright", "state=stopped", "has an instance demo already"),
    ],
)
def test_what_the_parser_refuses_is_never_written(
    file: Path, id_: str, type_: str, setting: str, said: str
) -> None:
    with pytest.raises(ConsoleError) as caught:
        stack_edit.add_instance("dev", id_, stack_edit.read_settings("dev", type_, [], [setting]))
    assert said in str(caught.value)
    refused(file)


def test_a_removed_instance_takes_its_secrets_along(file: Path) -> None:
    assert stack_edit.remove_instance("dev", "demo").type.name == "playwright"
    assert file.read_text() == (
        "# ours\nconfig:\n  mcpier:domain: mcp.example.org  # public\n"
        "  mcpier:instances: {}\n  # encrypted\n"
    )


def test_a_revoked_token_takes_its_given_value_along(file: Path) -> None:
    stack_edit.revoke_token("dev", "demo", "ci")
    after = TEXT.replace("[alice, ci]", "[alice]").replace(
        "        tokens: {ci: {secure: v1:x}}\n", ""
    )
    assert file.read_text() == after


def test_a_token_is_added_with_what_is_said_of_it(file: Path) -> None:
    stack_edit.add_token("dev", "demo", {"name": "eve", "expires": "2099-01-31"})
    assert "tokens: [alice, ci, {name: eve, expires: '2099-01-31'}]  # who" in file.read_text()


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ({"name": "ci"}, "instance demo has a token ci already"),
        ({"name": "eve", "expires": "tomorrow"}, "expected a date such as 2027-06-30"),
        ({"name": "no spaces"}, "mcpier:instances.demo.tokens[2].name"),
    ],
)
def test_a_token_that_cannot_be_is_refused(file: Path, token: dict[str, str], said: str) -> None:
    with pytest.raises(ConsoleError) as caught:
        stack_edit.add_token("dev", "demo", token)
    assert said in str(caught.value)
    refused(file)


def test_an_unknown_token_is_told_with_the_nearest(file: Path) -> None:
    with pytest.raises(ConsoleError) as caught:
        stack_edit.revoke_token("dev", "demo", "alcie")
    assert str(caught.value) == "instance demo has no token alcie\n  → did you mean alice?"
    refused(file)


def test_a_file_that_is_nonsense_is_not_touched(file: Path) -> None:
    file.write_text("config: [")
    with pytest.raises(ConsoleError) as caught:
        stack_edit.add_token("dev", "demo", {"name": "eve"})
    assert "is not YAML" in str(caught.value)
    assert file.read_text() == "config: ["


def test_a_file_keeps_its_mode_and_the_link_that_leads_to_it(file: Path) -> None:
    elsewhere = file.rename(file.parent.parent / "kept.yaml")
    elsewhere.chmod(0o640)
    file.symlink_to(elsewhere)
    stack_edit.add_token("dev", "demo", {"name": "eve"})
    assert file.is_symlink()
    assert "eve" in elsewhere.read_text()
    assert elsewhere.stat().st_mode & 0o777 == 0o640


def test_edits_at_the_same_time_follow_each_other(file: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from console import pulumi, stack_edit, stack_file\n"
        "for module in (pulumi, stack_edit, stack_file): module.PROJECT = Path(sys.argv[1])\n"
        "stack_edit.add_token('dev', 'demo', {'name': sys.argv[2]})\n"
    )
    command = [sys.executable, "-c", program, str(file.parent.parent)]
    names = [f"t{number}" for number in range(4)]
    running = [
        subprocess.Popen([*command, name], cwd=PROJECT, env=dict(os.environ)) for name in names
    ]
    assert [process.wait(60) for process in running] == [0] * len(names)
    assert all(name in file.read_text() for name in names)


@pytest.mark.parametrize("id_", ["no", "on", "off"])
def test_an_instance_may_have_an_id_that_yaml_once_took_for_a_truth_value(
    file: Path, id_: str
) -> None:
    settings = stack_edit.read_settings("dev", "playwright", ["yes"], ["viewport=22:30"])
    assert settings["viewport"] == "22:30"
    stack_edit.add_instance("dev", id_, {"type": "playwright", "tokens": ["yes"]})
    stack_edit.add_token("dev", id_, {"name": "y"})
    file.write_text(file.read_text().replace(f"'{id_}'", id_))
    stack_edit.revoke_token("dev", id_, "yes")
    stack_edit.add_token("dev", id_, {"name": "no"})
    assert [token.name for token in stack_edit.remove_instance("dev", id_).tokens] == ["y", "no"]
    refused(file)
