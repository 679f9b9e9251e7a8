"""The official conformance suite, run against a server."""

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from tests.edge.node import Packages
from tests.edge.stack import DOOR

SOURCE = Path(__file__).parent / "conformance"
# A server that leaves requests unanswered holds the suite up at each.
SECONDS = 300
# By scenario, the id and the status of each check, in order.
Findings = dict[str, list[tuple[str, str]]]


def install_suite(folder: Path) -> Packages:
    """The suite with its packages installed."""
    return Packages.install(SOURCE, folder)


def run_suite(suite: Packages, revision: str, way: Mapping[str, str]) -> tuple[Findings, str]:
    """What it finds; and what it printed if a scenario that the revision requires has failed, or if
    it took longer than `SECONDS`: then the rest is not among the findings.

    `way` is the door's variables: where requests go, and with which headers.
    """
    results = suite.folder / "results"
    shutil.rmtree(results, ignore_errors=True)
    done = suite.run(
        *("timeout", str(SECONDS), "node", "--import", "./door.mjs"),
        *("node_modules/@modelcontextprotocol/conformance/dist/index.js", "server"),
        *("--url", f"{DOOR}/mcp", "--requirements", revision, "--output-dir", results.name),
        environ={"DOOR": DOOR, **way},
        timeout=SECONDS + 60,
    )
    found = {_scenario(file.parent.name): _checks(file) for file in results.glob("*/checks.json")}
    return found, "" if done.returncode == 0 else done.stdout[-5000:] + done.stderr[-5000:]


def directly(url: str) -> dict[str, str]:
    """The way to a server that is asked under the door's own name."""
    return {"TARGET": origin(url), "HOST": urlsplit(DOOR).netloc}


def passed(found: Findings) -> set[str]:
    """The scenarios none of whose checks failed."""
    return {
        scenario
        for scenario, checks in found.items()
        if "FAILURE" not in {status for _, status in checks}
    }


def origin(url: str) -> str:
    """Scheme, host and port of a URL."""
    return f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"


def _scenario(folder: str) -> str:
    """The scenario whose results are in a folder: its name stands before a time."""
    named = re.fullmatch(r"server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z", folder)
    assert named, folder
    return named[1]


def _checks(file: Path) -> list[tuple[str, str]]:
    return [(check["id"], check["status"]) for check in json.loads(file.read_text())]
