"""The official conformance suite finds the same through the edge as without it."""

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.edge.node import FOLDER, Packages
from tests.edge.session import STATEFUL, STATELESS
from tests.edge.stack import DOOR, Reach

SUITE = Path(__file__).parent / "conformance"
# Of the server's scenarios, in 0.2.0-alpha.12: fewer were run only if the suite had changed.
REQUIRED = {STATEFUL: 30, STATELESS: 37}
Findings = dict[str, list[tuple[str, str]]]


@pytest.fixture(scope="session")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """The suite with its packages installed."""
    return Packages.install(SUITE, tmp_path_factory.mktemp("conformance"))


def findings(suite: Packages, revision: str, way: Mapping[str, str]) -> Findings:
    """By scenario, each check and its status, in order; no required one may have failed."""
    results = suite.folder / "results"
    shutil.rmtree(results, ignore_errors=True)
    done = suite.run(
        *("node", "--import", "./door.mjs"),
        *("node_modules/@modelcontextprotocol/conformance/dist/index.js", "server"),
        *("--url", f"{DOOR}/mcp", "--requirements", revision, "--output-dir", results.name),
        environ={"DOOR": DOOR, **way},
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    return {scenario(file.parent.name): checks(file) for file in results.glob("*/checks.json")}


def scenario(folder: str) -> str:
    """The scenario whose results are in a folder: its name stands before a time."""
    named = re.fullmatch(r"server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z", folder)
    assert named, folder
    return named[1]


def checks(file: Path) -> list[tuple[str, str]]:
    """Id and status of each check of a scenario."""
    return [(check["id"], check["status"]) for check in json.loads(file.read_text())]


@pytest.mark.parametrize("revision", REQUIRED)
def test_the_suite_finds_the_same_through_the_edge_as_without_it(
    suite: Packages, reach: Reach, revision: str
) -> None:
    direct = {"TARGET": origin(reach.direct_url), "HOST": urlsplit(DOOR).netloc}
    through = {
        "TARGET": origin(reach.url),
        "HOST": urlsplit(reach.url).netloc,
        "AUTHORIZATION": reach.headers["Authorization"],
        "NODE_EXTRA_CA_CERTS": f"{FOLDER}/ca.pem",
    }
    (suite.folder / "ca.pem").write_bytes(reach.ca_file.read_bytes())
    expected = findings(suite, revision, direct)
    assert len(expected) >= REQUIRED[revision]
    assert findings(suite, revision, through) == expected


def origin(url: str) -> str:
    """Scheme, host and port of a URL."""
    return f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"
