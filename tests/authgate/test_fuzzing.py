"""Parsing and decision under a million inputs that coverage leads."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

INPUTS = 1_000_000


@pytest.mark.soak
@pytest.mark.skipif(not importlib.util.find_spec("atheris"), reason="atheris has no wheel here")
def test_a_million_inputs_raise_nothing_and_open_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.authgate.fuzz", f"-runs={INPUTS}", "-max_len=1024"]
    done = subprocess.run(
        [*command, f"-artifact_prefix={tmp_path}/", "-seed=1"],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    runs = re.search(r"Done (\d+) runs", done.stderr)
    assert runs and int(runs[1]) >= INPUTS
