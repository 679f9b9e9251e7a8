"""The workflows of GitOps: each step as it stands, on a stack with local state."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.go_tools import go_tool
from tests.cli.operator import Operator
from tests.cli.stack import STACK, container
from tests.cli.workflows import FOLDER, Ran, run_workflow
from tests.e2e.deployment import PROJECT, Deployment, docker
from tests.e2e.packages import unpacked_program

RECORDER = Path(__file__).parent / "recorder"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A checkout on a runner beside the Docker host, and what GitHub tells the workflows there."""

    deployment: Deployment
    comments_file: Path

    def runs(self, name: str) -> Ran:
        """Runs a workflow in a shell that knows nothing of the stack by itself."""
        known = self.deployment.environ
        contexts = {
            "vars.MCPIER_STACK": STACK,
            "vars.PULUMI_BACKEND_URL": known["PULUMI_BACKEND_URL"],
            "vars.SSH_KNOWN_HOSTS": "",
            "secrets.PULUMI_CONFIG_PASSPHRASE": known["PULUMI_CONFIG_PASSPHRASE"],
            "secrets.SSH_KEY": "",
            "github.token": "a token",
            "github.repository": "example/stack",
            "github.event.pull_request.number": "7",
            "github.event.pull_request.head.sha": COMMIT,
        }
        environ = {
            **os.environ,
            "PATH": f"{RECORDER}{os.pathsep}{os.environ['PATH']}",
            "COMMENTS": str(self.comments_file),
            "GOJQ": str(go_tool("gojq")),
        }
        return run_workflow(self.deployment.directory, name, contexts, environ)

    def types(self, *words: str) -> None:
        """A change of the stack's file by mcpier."""
        done = self.deployment.run(".venv/bin/mcpier", *words, "--stack", STACK)
        assert done.returncode == 0, done.stdout

    @property
    def comments(self) -> list[Mapping[str, object]]:
        """The pull request's comments."""
        found: list[Mapping[str, object]] = json.loads(self.comments_file.read_text())
        return found


@pytest.fixture
def repository(operator: Operator, tmp_path: Path) -> Repository:
    """A repository whose stack is up; the pull request has a comment of somebody's."""
    comments = tmp_path / "comments.json"
    comments.write_text(json.dumps([{"id": 100, "body": "Looks good to me"}]))
    deployment = operator.deployment.elsewhere(tmp_path / "checkout")
    return Repository(deployment=deployment, comments_file=comments)


def test_a_pull_request_has_one_comment_with_its_newest_preview(repository: Repository) -> None:
    repository.types("add", "second", "--type", "echo", "--token", "carol")
    first = repository.runs("preview")
    assert first.good, first.printed
    (_, comment) = repository.comments
    assert f"**make preview STACK={STACK}** of {COMMIT}: success" in str(comment["body"])
    assert "mcp-second-container" in str(comment["body"])
    file = repository.deployment.directory / "stacks" / f"Pulumi.{STACK}.yaml"
    file.write_text(file.read_text().replace("second", "SECOND"))
    second = repository.runs("preview")
    assert not second.good
    (other, edited) = repository.comments
    assert other == {"id": 100, "body": "Looks good to me"}
    assert edited["id"] == comment["id"]
    assert f"{COMMIT}: failure" in str(edited["body"])
    assert "instances.SECOND" in str(edited["body"])


def test_main_is_deployed_and_the_night_finds_it_so(repository: Repository) -> None:
    deployed = repository.runs("deploy")
    assert deployed.good, deployed.printed
    assert f".venv/bin/mcpier connect echo --stack {STACK}" in deployed.printed
    quiet = repository.runs("drift")
    assert quiet.good, quiet.printed
    assert repository.comments == [{"id": 100, "body": "Looks good to me"}]


def test_the_night_finds_what_was_stopped_and_what_was_not_deployed(
    repository: Repository,
) -> None:
    repository.types("token", "add", "echo", "undeployed")
    docker("stop", container("mcp-echo"))
    try:
        drifted = repository.runs("drift")
    finally:
        docker("start", container("mcp-echo"))
    assert not drifted.good
    assert f"container {container('mcp-echo')}: stands still" in drifted.printed
    assert "no changes were expected for preview" in drifted.printed


def test_a_linter_finds_nothing_in_workflows_and_scripts() -> None:
    shellcheck = unpacked_program("shellcheck", "shellcheck")
    scripts = [str(PROJECT / ".github" / name) for name in ("comment", "reach-docker-host")]
    workflows = [str(file) for file in sorted((PROJECT / FOLDER).glob("*.yml"))]
    lint = [str(go_tool("actionlint")), "-shellcheck", shellcheck, *workflows]
    for command in (lint, [shellcheck, *scripts]):
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_ssh_on_a_throw_away_runner_has_the_key_that_it_was_given(tmp_path: Path) -> None:
    ssh = shutil.which("ssh") or pytest.fail("ssh is not there: install openssh-client")
    key = {"SSH_KEY": "a private key", "SSH_KNOWN_HOSTS": "docker.example.org ssh-ed25519 AAAA"}
    home = {**os.environ, "HOME": str(tmp_path), **key}
    subprocess.run([PROJECT / ".github" / "reach-docker-host"], env=home, check=True)
    folder = tmp_path / ".ssh"
    asked = [ssh, "-F", str(folder / "config"), "-G", "docker.example.org"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()
    assert f"identityfile {folder}/mcpier" in told
    assert "controlmaster auto" in told
    assert (folder / "mcpier").stat().st_mode & 0o777 == 0o600
    assert (folder / "mcpier").read_text() == "a private key\n"
