"""A stack that an earlier version deployed is taken over by this one, as CHANGELOG.md announces."""

import dataclasses
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.deployment import PROJECT, left_on_host, remove_images, sweep
from tests.e2e.light_stack import STACK, LightStack

pytestmark = pytest.mark.soak
# The version that is deployed first; the last release, once there is one.
EARLIER = "ca2fdc4b3c262237def0aa1473130e91e35c52f3"
ANNOUNCED = re.compile(r"^- The first deploy makes anew: (.*?)\.$", re.MULTILINE | re.DOTALL)
KEPT = {"demo": {"type": "playwright", "profile": "persistent", "state": "stopped"}}


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[LightStack]:
    """This version's checkout of a stack of which nothing is up; it must leave nothing."""
    sweep(STACK)
    made = LightStack.make(tmp_path)
    made.write(KEPT)
    try:
        yield made
        destroyed = made.deployment.make_target("destroy")
        assert destroyed.returncode == 0, destroyed.stdout
        assert left_on_host(STACK) == []
    finally:
        sweep(STACK)
        remove_images("mcpier/echo")


def earlier(stack: LightStack, folder: Path) -> LightStack:
    """The same stack, with the same state, in a checkout of the earlier version."""
    folder.mkdir()
    packed = folder / "earlier.tar"
    git = ["git", "archive", "--output", str(packed), EARLIER]
    told = subprocess.run(git, cwd=PROJECT, capture_output=True, text=True)
    assert told.returncode == 0, f"{told.stderr}\n  → in a shallow clone: git fetch --unshallow"
    shutil.unpack_archive(packed, folder)
    packed.unlink()
    if (folder / "requirements.lock").read_bytes() == (PROJECT / "requirements.lock").read_bytes():
        (folder / ".venv").symlink_to(PROJECT / ".venv")
    own = stack.deployment.directory
    for part in (Path("image", "echo"), Path("stacks", f"Pulumi.{STACK}.yaml")):
        copy = shutil.copytree if (own / part).is_dir() else shutil.copy2
        copy(own / part, folder / part)
    return LightStack(deployment=dataclasses.replace(stack.deployment, directory=folder))


def announced() -> set[str]:
    """The logical names that the newest section of the changelog says are made anew."""
    newest = (PROJECT / "CHANGELOG.md").read_text("utf-8").split("\n## ")[1]
    found = ANNOUNCED.search(newest)
    assert found, "CHANGELOG.md does not say what the first deploy makes anew"
    return {name.replace("<id>", "steady") for name in re.findall(r"`([^`]+)`", found[1])}


def test_what_an_earlier_version_deployed_is_taken_over_as_announced(
    stack: LightStack, tmp_path: Path
) -> None:
    before = earlier(stack, tmp_path / "earlier")
    before.up()
    outputs = before.deployment.outputs()
    salted = before.deployment.directory / "stacks" / f"Pulumi.{STACK}.yaml"
    shutil.copy2(salted, stack.deployment.directory / "stacks" / salted.name)
    preview = stack.deployment.pulumi("preview", "--json", "--stack", STACK)
    assert preview.returncode == 0, preview.stdout
    steps = json.loads(preview.stdout[preview.stdout.index("{") :])["steps"]
    by_step = {(step["op"], step["urn"].rpartition("::")[2]) for step in steps}
    assert {name for op, name in by_step if op == "replace"} == announced()
    assert {name for op, name in by_step if op == "delete"} == set()
    stack.up()
    after = stack.deployment.outputs()
    # New outputs may have come.
    assert {name: after.get(name) for name in outputs} == outputs
    assert stack.answers("steady") == 200
    quiet = ("preview", "--refresh", "--expect-no-changes", "--stack", STACK)
    unchanged = stack.deployment.pulumi(*quiet)
    assert unchanged.returncode == 0, unchanged.stdout
