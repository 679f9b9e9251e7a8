"""The stage that most tests of the gate play on."""

from pathlib import Path

import pytest

from tests.authgate.harness import Stage, record


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A gate whose registry holds one running instance, `demo`."""
    stage = Stage(tmp_path)
    stage.sync(record())
    return stage
