"""The stack's config as the program reads it from pulumi."""

import json
import os
import subprocess
import sys
from typing import Any

from tests.components.recording import PROJECT

PROGRAM = """
import pulumi
from components import settings
pulumi.runtime.set_mocks(None, project="mcpier", stack="dev")
try:
    spec = settings.load()
except pulumi.RunError as error:
    print(error)
else:
    print(spec.stack, spec.domain, [(item.id, item.type.name) for item in spec.instances])
"""


def load(**values: Any) -> str:
    """What the program makes of config values, which reach it as the language host sets them."""
    config = {f"mcpier:{key}": value for key, value in values.items()}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=PROJECT,
        env={**os.environ, "PULUMI_CONFIG": json.dumps({**config, "docker:host": "tcp://a"})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.rstrip("\n")


def test_structured_values_are_read_from_their_json() -> None:
    instances = json.dumps({"demo": {"type": "playwright"}})
    found = load(domain="mcp.example.org", instances=instances)
    assert found == "dev mcp.example.org [('demo', 'playwright')]"


def test_every_problem_is_told_at_once_without_a_traceback() -> None:
    found = load(domain="{not json", instances=json.dumps({"demo": {"type": "playwrong"}}))
    assert found.splitlines() == [
        "the config has 2 problems:",
        "  mcpier:domain: expected a lower-case domain name such as mcp.example.org, "
        "found '{not json'. Type: pulumi config set mcpier:domain mcp.example.org",
        "  mcpier:instances.demo.type: expected a known instance type, found 'playwrong'. "
        "Did you mean playwright?",
    ]
