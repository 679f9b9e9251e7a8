"""The program `.venv/bin/mcpier` starts wherever the checkout lies."""

import subprocess
import sys
from pathlib import Path

import pytest

from toolchain import environment


@pytest.mark.parametrize("name", ["plain", "with a space", "long" * 50])
def test_the_program_starts_wherever_the_checkout_lies(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = tmp_path / name
    venv = checkout / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    (checkout / "console").mkdir()
    (checkout / "console" / "__init__.py").touch()
    app = "import sys\n\ndef main(): print(sys.argv)\n"
    (checkout / "console" / "app.py").write_text(app)
    monkeypatch.setattr(environment, "VENV", venv)
    environment._link_program()
    program = venv / "bin" / "mcpier"
    done = subprocess.run(
        [program, "connect", "a b", "$HOME"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == (f"{[str(program), 'connect', 'a b', '$HOME']}\n", "")
