"""What a killed pulumi leaves half written in a backend of local files is mended."""

import json
import os
import socket
from pathlib import Path

import pytest

from console.checkpoint import mend_checkpoint
from console.pulumi import Pulumi
from tests.console.conftest import Programs


@pytest.fixture
def pulumi(programs: Programs) -> Pulumi:
    return Pulumi.of("dev")


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A whole checkpoint with its backup and the attributes of both."""
    file = tmp_path / ".pulumi" / "stacks" / "mcpier" / "dev.json"
    file.parent.mkdir(parents=True)
    for name, text in (("dev.json", '{"now": 2}'), ("dev.json.bak", '{"before": 1}')):
        (file.parent / name).write_text(text)
        (file.parent / f"{name}.attrs").write_text("{}")
    return file


def test_what_is_whole_stays(pulumi: Pulumi, checkpoint: Path) -> None:
    mend_checkpoint(pulumi)
    assert checkpoint.read_text() == '{"now": 2}'
    assert len(list(checkpoint.parent.iterdir())) == 4


def test_empty_attributes_are_removed(pulumi: Pulumi, checkpoint: Path) -> None:
    attributes = checkpoint.with_name("dev.json.attrs")
    attributes.write_text("")
    mend_checkpoint(pulumi)
    assert not attributes.exists()
    assert checkpoint.read_text() == '{"now": 2}'


@pytest.mark.parametrize("torn", ["", '{"now": '])
def test_a_torn_checkpoint_gives_way_to_the_one_before_it(
    torn: str, pulumi: Pulumi, checkpoint: Path
) -> None:
    checkpoint.write_text(torn)
    mend_checkpoint(pulumi)
    assert checkpoint.read_text() == '{"before": 1}'


def test_nothing_is_touched_while_an_update_may_run(
    pulumi: Pulumi, checkpoint: Path, tmp_path: Path
) -> None:
    checkpoint.write_text("")
    locks = tmp_path / ".pulumi/locks/organization/mcpier/dev"
    locks.mkdir(parents=True)
    held = {"pid": os.getpid(), "hostname": f"not-{socket.gethostname()}", "timestamp": "now"}
    (locks / "lock.json").write_text(json.dumps(held))
    mend_checkpoint(pulumi)
    assert checkpoint.read_text() == ""
