"""The core stands on its own: no pulumi, no effects."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
CORE = PROJECT / "components" / "core"
IMPORT_ALL = """
import importlib, sys
for name in ("pulumi", "pulumi_docker", "pulumi_command", "grpc"):
    sys.modules[name] = None
for name in sys.argv[1:]:
    importlib.import_module(name)
print(len(sys.argv[1:]))
"""


def test_the_core_is_imported_where_there_is_no_pulumi() -> None:
    modules = [f"components.core.{file.stem}" for file in sorted(CORE.glob("[a-z]*.py"))]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", IMPORT_ALL, *modules],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{len(modules)}\n", "")
    assert len(modules) > 10
