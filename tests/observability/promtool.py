"""Asks Prometheus's own tool about the rules that are shipped."""

import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.packages import unpacked_program

FOLDER = Path(__file__).resolve().parents[2] / "image" / "prometheus"
RULES = sorted(FOLDER.glob("rules/*.yml"))


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs promtool, of Debian's package if it is not on PATH."""
    program = unpacked_program("promtool", "prometheus")
    command = [program, *arguments]
    return subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)


def alert_rules() -> dict[str, dict[str, Any]]:
    """Every alert that is shipped, by name."""
    documents = [yaml.safe_load(file.read_text("utf-8")) for file in RULES]
    rules = [
        rule for document in documents for group in document["groups"] for rule in group["rules"]
    ]
    return {rule["alert"]: rule for rule in rules}
