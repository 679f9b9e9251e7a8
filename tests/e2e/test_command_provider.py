"""Commands do what the pulumi_command SDK documents, under the provider that this machine uses."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from components.vault import KEEP_OUTPUT

PROGRAM = """
import json, pulumi
from pulumi_command import local
inputs = pulumi.Config().require_object("inputs")
options = pulumi.ResourceOptions(additional_secret_outputs=["stdout"])
command = local.Command("command", **inputs, opts=options)
pulumi.export("stdout", command.stdout)
pulumi.export("stderr", command.stderr)
pulumi.export("id", command.id)
"""


class Project:
    """A Pulumi project of one Command, in a backend of its own."""

    def __init__(self, folder: Path) -> None:
        assert shutil.which("pulumi"), "pulumi is not on PATH: run the tests by `make test`"
        self.folder = folder / "project"
        self.folder.mkdir()
        (self.folder / "Pulumi.yaml").write_text(
            f"name: command\nruntime: {{name: python, options: {{virtualenv: {sys.prefix}}}}}\n"
        )
        (self.folder / "__main__.py").write_text(PROGRAM)
        self.environ = {
            **os.environ,
            "PULUMI_BACKEND_URL": folder.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "x",
        }
        self.pulumi("stack", "init", "dev")

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["pulumi", *arguments, "--non-interactive", "--color", "never"]
        return subprocess.run(
            command, cwd=self.folder, env=self.environ, capture_output=True, text=True, timeout=120
        )

    def up(self, **inputs: Any) -> dict[str, Any]:
        """Deploys the Command with these inputs; its outputs."""
        done = self.try_up(**inputs)
        assert done.returncode == 0, done.stdout + done.stderr
        shown = self.pulumi("stack", "output", "--json", "--show-secrets")
        outputs: dict[str, Any] = json.loads(shown.stdout)
        return outputs

    def try_up(self, **inputs: Any) -> subprocess.CompletedProcess[str]:
        """Deploys the Command with these inputs, whatever comes of it."""
        config = {"config": {"command:inputs": inputs}}
        file = self.folder / "Pulumi.dev.yaml"
        salt = [line for line in file.read_text().splitlines() if "salt" in line]
        file.write_text("\n".join([*salt, f"config: {json.dumps(config['config'])}", ""]))
        return self.pulumi("up", "--yes", "--skip-preview")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project; its stack is destroyed at the end."""
    made = Project(tmp_path)
    yield made
    made.pulumi("destroy", "--yes", "--skip-preview")


def test_create_gets_stdin_environment_and_interpreter_and_gives_what_it_prints(
    project: Project,
) -> None:
    code = "import os, sys; print(sys.stdin.read() + os.environ['WHO']); print(1, file=sys.stderr)"
    outputs = project.up(
        create=code,
        interpreter=["python3", "-c"],
        stdin="hello ",
        environment={"WHO": "world"},
    )
    assert (outputs["stdout"], outputs["stderr"]) == ("hello world", "1")


def test_dir_is_where_the_command_runs(project: Project, tmp_path: Path) -> None:
    (elsewhere := tmp_path / "elsewhere").mkdir()
    assert project.up(create="pwd", dir=str(elsewhere))["stdout"] == str(elsewhere)


def test_without_an_update_command_a_change_runs_create_again_and_triggers_replace(
    project: Project,
) -> None:
    first = project.up(create="echo one", triggers=[1])
    second = project.up(create="echo two", triggers=[1])
    third = project.up(create="echo two", triggers=[2])
    assert (first["stdout"], second["stdout"], third["stdout"]) == ("one", "two", "two")
    assert first["id"] == second["id"] != third["id"]


def test_with_an_update_command_changes_and_triggers_run_it(project: Project) -> None:
    first = project.up(create="echo made", update="echo changed", triggers=[1])
    second = project.up(create="echo made", update="echo changed", triggers=[2])
    assert (first["stdout"], second["stdout"]) == ("made", "changed")
    assert first["id"] == second["id"]


def test_the_root_of_all_secrets_outlives_every_change_of_its_command(project: Project) -> None:
    first = project.up(create="head -c 8 /dev/urandom | base64; date +%s%N", update=KEEP_OUTPUT)
    second = project.up(create="echo lost", update=KEEP_OUTPUT, logging="none")
    third = project.up(create="echo lost", update=KEEP_OUTPUT, environment={"X": "y"})
    assert first["stdout"] == second["stdout"] == third["stdout"]
    assert "\n" in first["stdout"]


def test_delete_runs_the_command_that_the_state_holds(project: Project, tmp_path: Path) -> None:
    project.up(create="true", delete=f"touch {tmp_path}/deleted")
    project.pulumi("destroy", "--yes", "--skip-preview")
    assert (tmp_path / "deleted").exists()


def test_a_failing_command_fails_the_update_with_what_it_printed(project: Project) -> None:
    done = project.try_up(create="echo the reason >&2; exit 3", logging="none")
    assert done.returncode != 0
    assert "the reason" in done.stdout + done.stderr
    assert "exit status 3" in done.stdout + done.stderr


def test_what_is_not_to_be_logged_is_not(project: Project) -> None:
    project.up(create="echo said", logging="stdout")
    done = project.try_up(create="echo hushed", logging="none")
    assert done.returncode == 0
    assert "hushed" not in done.stdout.replace("echo hushed", "")


def test_an_input_that_the_provider_built_here_lacks_is_refused_by_name(project: Project) -> None:
    built_here = "mcpier" in (shutil.which("pulumi-resource-command") or "")
    done = project.try_up(create="true", asset_paths=["*.txt"])
    refused = done.returncode != 0 and "assetPaths" in done.stdout + done.stderr
    assert refused is built_here, done.stdout


@pytest.mark.parametrize("name", ["command", "docker"])
def test_a_provider_ends_soon_after_an_engine_that_was_killed(name: str) -> None:
    program = shutil.which(f"pulumi-resource-{name}")
    if program is None:
        pytest.skip("Pulumi's own providers do not stand on PATH")
    with closing(socket.create_server(("127.0.0.1", 0))) as engine:
        address = f"127.0.0.1:{engine.getsockname()[1]}"
    provider = subprocess.Popen([program, address], stdout=subprocess.PIPE)
    try:
        assert provider.wait(timeout=30) == 1
    finally:
        provider.kill()
        provider.communicate()
