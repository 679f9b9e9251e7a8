"""The listing of instance types, and the page that is made from it."""

import json
import subprocess
from pathlib import Path

from components.core.type_page import page
from components.instance_types import load_types

PROJECT = Path(__file__).resolve().parents[2]
PAGE = PROJECT / "docs" / "instance-types.md"


def mcpier(*words: str) -> subprocess.CompletedProcess[str]:
    command = [str(PROJECT / ".venv/bin/mcpier"), *words]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


def test_the_page_is_what_the_types_say() -> None:
    again = ".venv/bin/mcpier types --markdown > docs/instance-types.md"
    assert page(load_types(PROJECT)) == PAGE.read_text("utf-8"), f"type: {again}"


def test_the_listing_names_every_type_and_its_choices() -> None:
    done = mcpier("types")
    assert done.returncode == 0, done.stderr
    assert {"stdio", "screen", "command"} <= set(done.stdout.split())


def test_the_listing_is_one_json_object() -> None:
    found = json.loads(mcpier("types", "--json").stdout)
    assert found["stdio"]["packages"] == ["apt", "npm", "pip"]
    assert found["image"]["choices"]["port"]["maximum"] == 65535
    assert found["postgres"]["sidecars"] == ["database"]
