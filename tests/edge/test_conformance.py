"""The official conformance suite finds the same through the edge as without it."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest

from tests.edge.node import FOLDER, Packages
from tests.edge.session import STATEFUL, STATELESS
from tests.edge.stack import Reach
from tests.edge.suite import Findings, directly, install_suite, origin, run_suite

# Of the server's scenarios, in 0.2.0-alpha.12: fewer were run only if the suite had changed.
REQUIRED = {STATEFUL: 30, STATELESS: 37}


@pytest.fixture(scope="session")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """The suite with its packages installed."""
    return install_suite(tmp_path_factory.mktemp("conformance"))


def findings(suite: Packages, revision: str, way: Mapping[str, str]) -> Findings:
    """What the suite finds; no required scenario may have failed."""
    found, complaint = run_suite(suite, revision, way)
    assert not complaint, complaint
    return found


@pytest.mark.parametrize("revision", REQUIRED)
def test_the_suite_finds_the_same_through_the_edge_as_without_it(
    suite: Packages, reach: Reach, revision: str
) -> None:
    through = {
        "TARGET": origin(reach.url),
        "HOST": urlsplit(reach.url).netloc,
        "AUTHORIZATION": reach.headers["Authorization"],
        "NODE_EXTRA_CA_CERTS": f"{FOLDER}/ca.pem",
    }
    (suite.folder / "ca.pem").write_bytes(reach.ca_file.read_bytes())
    expected = findings(suite, revision, directly(reach.direct_url))
    assert len(expected) >= REQUIRED[revision]
    assert findings(suite, revision, through) == expected
