"""A stack's file is read before anything is run; what is wrong with it is told with a next step."""

from pathlib import Path

import pytest

from console import pulumi, stack_file
from console.errors import ConsoleError
from console.stack_file import read_stack


@pytest.fixture
def stacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stacks folder of a project without instance types."""
    folder = tmp_path / "stacks"
    folder.mkdir()
    for module in (pulumi, stack_file):
        monkeypatch.setattr(module, "PROJECT", tmp_path)
    return folder


def told(stacks: Path, text: str) -> str:
    """What is said about a file `Pulumi.dev.yaml`."""
    (stacks / "Pulumi.dev.yaml").write_text(text)
    with pytest.raises(ConsoleError) as caught:
        read_stack("dev")
    return str(caught.value)


def test_a_good_file_is_a_stack(stacks: Path) -> None:
    text = "config:\n  mcpier:domain: mcp.example.org\n  docker:host: ssh://a\n"
    (stacks / "Pulumi.dev.yaml").write_text(text)
    spec = read_stack("dev")
    assert (spec.stack, spec.domain, spec.instances) == ("dev", "mcp.example.org", ())


def test_a_file_that_is_not_there_is_told_with_those_that_are(stacks: Path) -> None:
    for name in ("dev", "eu.live"):
        (stacks / f"Pulumi.{name}.yaml").touch()
    with pytest.raises(ConsoleError) as caught:
        read_stack("prod")
    assert str(caught.value) == (
        "there is no stacks/Pulumi.prod.yaml\n  → write it, or name one that is there: dev, eu.live"
    )


def test_text_that_is_no_yaml_is_named_in_one_line(stacks: Path) -> None:
    lines = told(stacks, "config: [").splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("stacks/Pulumi.dev.yaml is not YAML: while parsing")
    assert lines[1] == "  → mend the line that it names"


@pytest.mark.parametrize("text", ["- config", "config", "config: mcpier", "config: [1]"])
def test_a_file_of_another_shape_is_told_what_to_write(stacks: Path, text: str) -> None:
    assert told(stacks, text) == (
        "stacks/Pulumi.dev.yaml does not hold a mapping config\n"
        "  → write config: and below it keys such as mcpier:domain"
    )


@pytest.mark.parametrize("text", ["", "config:", "encryptionsalt: v1:x"])
def test_an_empty_config_is_told_what_it_lacks(stacks: Path, text: str) -> None:
    assert told(stacks, text) == (
        "the config has 1 problem:\n"
        "  mcpier:domain: expected a lower-case domain name such as mcp.example.org, found "
        "nothing. Type: pulumi config set mcpier:domain mcp.example.org\n"
        "  → mend stacks/Pulumi.dev.yaml and run this again"
    )


CONFIG = """
config:
  mcpier:domain: mcp.example.org
  mcpier:secrets:
"""


def test_encrypted_secrets_are_left_to_the_program(stacks: Path) -> None:
    for secrets in (
        "    secure: v1:abc",
        "    instances: {demo: {env: {KEY: {secure: v1:abc}}}}",
    ):
        (stacks / "Pulumi.dev.yaml").write_text(f"{CONFIG}{secrets}\n")
        assert read_stack("dev").domain == "mcp.example.org"


def test_a_secret_written_in_the_clear_is_named_and_not_shown(stacks: Path) -> None:
    secrets = "{A: {secure: v1:abc}, B: canary}"
    text = told(stacks, f"{CONFIG}    instances: {{demo: {{env: {secrets}}}}}\n")
    assert "mcpier:secrets.instances.demo.env.B: expected an encrypted value" in text
    assert "--path 'mcpier:secrets.instances.demo.env.B'" in text
    assert "canary" not in text
    assert "env.A" not in text


def test_a_certificate_that_the_file_names_is_looked_at_from_the_project(stacks: Path) -> None:
    text = """config:
  mcpier:domain: mcp.example.org
  mcpier:tls: {mode: files, certFile: stacks/a.crt, keyFile: stacks}
"""
    (stacks / "a.crt").write_bytes(b"\xff\xfe no PEM")
    lines = told(stacks, text).splitlines()
    assert "  mcpier:tls.certFile: expected PEM certificates, found 'stacks/a.crt'." in lines[1]
    assert "found 'stacks' (is a directory)." in lines[2]
