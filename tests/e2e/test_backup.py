"""What the README has people save brings a stack back where host and state are lost."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.deployment import BASES, docker, sweep, taken_away
from tests.e2e.light_stack import STACK, LightStack, container

pytestmark = pytest.mark.soak
NOTES = {"notes": {"type": "shell", "tokens": ["carol"]}}
VOLUME = f"mcpier-{STACK}-mcp-notes-workspace"
SAVED, PACKED = "state.json", "notes-workspace.tgz"
TEXT = "not to be lost"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[LightStack]:
    """A stack that is up, whose instance `notes` keeps a text."""
    made = LightStack.make(tmp_path)
    made.write(NOTES)
    with taken_away(made.deployment, "mcpier/echo"):
        made.up()
        docker("exec", container("notes"), "sh", "-c", f"echo {TEXT} > /workspace/text")
        yield made


def tar(folder: Path, *words: str) -> None:
    """Runs tar in a throw-away container that sees a volume of the stack and a folder."""
    seen = ("--volume", f"{VOLUME}:/volume", "--volume", f"{folder}:/saved", BASES["debian"])
    docker("run", "--rm", *seen, "tar", "-C", "/volume", "-zf", f"/saved/{PACKED}", *words)


def pulumi(stack: LightStack, *words: str) -> None:
    done = stack.deployment.pulumi("stack", *words)
    assert done.returncode == 0, done.stdout


def lose(stack: LightStack) -> None:
    """Everything on the host and the state goes, without a word to Pulumi."""
    sweep(STACK)
    state = Path(stack.deployment.environ["PULUMI_BACKEND_URL"].removeprefix("file://"))
    shutil.rmtree(state)
    state.mkdir()


def test_what_was_saved_is_all_that_is_needed(stack: LightStack, tmp_path: Path) -> None:
    before, saved = stack.deployment.outputs(), tmp_path / "saved"
    saved.mkdir()
    pulumi(stack, "export", "--stack", STACK, "--file", str(saved / SAVED))
    docker("stop", container("notes"))
    tar(saved, "-c", ".")
    token = before["clients"]["notes"]["carol"]["headers"]["Authorization"].split()[1]
    assert token not in (saved / SAVED).read_text()
    lose(stack)
    pulumi(stack, "init", STACK)
    pulumi(stack, "import", "--stack", STACK, "--file", str(saved / SAVED))
    stack.up()
    docker("stop", container("notes"))
    tar(saved, "-x")
    docker("start", container("notes"))
    assert stack.deployment.outputs() == before
    assert stack.answers("steady") == 200
    assert docker("exec", container("notes"), "cat", "/workspace/text") == f"{TEXT}\n"
    quiet = ("preview", "--refresh", "--expect-no-changes", "--stack", STACK)
    preview = stack.deployment.pulumi(*quiet)
    assert preview.returncode == 0, preview.stdout
