"""A Compose project of instances that are more than one container, without an engine."""

import json
import subprocess
import sys
from typing import Any

import pytest

from console.pulumi import PROJECT

RENDER = """
import json, pathlib, sys
from components.core.parse import parse
from components.instance_types import load_types
from console.compose.project import render
from console.compose.rehearsal import rehearse
project = pathlib.Path.cwd()
spec = parse("dev", json.loads(sys.stdin.read()), load_types(project))
rehearsal = rehearse(project, spec, "A" * 43 + "=\\n1800000000\\n")
rendered = render("dev", rehearsal, project, pathlib.Path("/there"))
print(json.dumps({"document": rendered.document, "files": list(rendered.files)}))
"""
INSTANCES = {
    "data": {"type": "postgres"},
    "time": {
        "type": "stdio",
        "packages": {"npm": ["a@1.0.0", "b"]},
        "command": ["a"],
        "outside": "nothing",
    },
}


@pytest.fixture(scope="module")
def rendered() -> dict[str, Any]:
    """The project, from a process of its own: Pulumi's SDK holds one program in a process."""
    config = {"domain": "mcp.example.org", "instances": INSTANCES}
    done = subprocess.run(
        [sys.executable, "-c", RENDER],
        cwd=PROJECT,
        input=json.dumps(config),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_side_containers_are_services_that_start_first_and_are_found_by_their_names(
    rendered: dict[str, Any],
) -> None:
    services = rendered["document"]["services"]
    beside, own = services["mcp-data_database"], services["mcp-data"]
    assert own["depends_on"]["mcp-data_database"] == {"condition": "service_started"}
    assert beside["networks"] == {"mcpier-dev-mcp-data": {"aliases": ["database"]}}
    assert set(own["networks"]) == {"mcpier-dev-offline", "mcpier-dev-mcp-data"}
    assert beside["build"]["context"].endswith("image/postgres/database")


def test_the_probe_is_put_into_its_volume_before_whoever_runs_it(rendered: dict[str, Any]) -> None:
    services = rendered["document"]["services"]
    filler = services["probe-files"]
    assert "entrypoint" not in filler and "command" not in filler
    assert [volume["target"] for volume in filler["volumes"]] == ["/probe"]
    assert filler["build"]["context"].endswith("image/probe")
    done = {"condition": "service_completed_successfully"}
    assert services["mcp-time"]["depends_on"]["probe-files"] == done


def test_packages_reach_the_build_and_what_only_looks_at_an_image_is_left_out(
    rendered: dict[str, Any],
) -> None:
    services = rendered["document"]["services"]
    assert services["mcp-time"]["build"]["args"]["NPM_PACKAGES"] == "a@1.0.0 b"
    assert not [name for name in services if name.endswith("-installed")]


def test_networks_without_a_way_out_stay_so(rendered: dict[str, Any]) -> None:
    networks = rendered["document"]["networks"]
    internal = {name for name, network in networks.items() if network["internal"]}
    parts = {"gate", "control", "mcp-data", "offline"}
    assert internal == {f"mcpier-dev-{part}" for part in parts}
