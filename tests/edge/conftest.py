"""The deployed edge, which the whole folder shares."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.deployment import Deployment, taken_away
from tests.e2e.served import localhost_names
from tests.edge.session import Session, client
from tests.edge.stack import CONFIG, CONTAINER, INSTANCE, STACK, Reach, address, checkout


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A stack that is up; it is taken away again, and must leave nothing."""
    made = checkout(tmp_path_factory.mktemp("edge"), STACK, CONFIG)
    with taken_away(made, "mcpier/conformance"):
        up = made.make_target("up", timeout=900)
        assert up.returncode == 0, up.stdout
        yield made


@pytest.fixture(scope="session")
def reach(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Reach:
    """Both ways to the instance."""
    outputs = deployment.outputs()
    file: Path = tmp_path_factory.mktemp("ca") / "ca.pem"
    file.write_text(outputs["ca"])
    connection = outputs["clients"][INSTANCE]["alice"]
    return Reach(
        url=connection["url"],
        headers=connection["headers"],
        ca_file=file,
        direct_url=f"http://{address(CONTAINER)}:8080/mcp",
    )


@pytest.fixture(scope="session")
def trust(reach: Reach) -> ssl.SSLContext:
    """What a client has imported."""
    return ssl.create_default_context(cafile=str(reach.ca_file))


@pytest.fixture(params=["HTTP/1.1", "HTTP/2"])
def session(
    request: pytest.FixtureRequest, reach: Reach, trust: ssl.SSLContext, resolved_names: None
) -> Iterator[Session]:
    """A session through the edge, in either version of HTTP."""
    with client(trust, http2=request.param == "HTTP/2") as http:
        yield Session.begin(http, reach.url, reach.headers)


@pytest.fixture(scope="session")
def resolved_names() -> Iterator[None]:
    """Names of `*.localhost` resolve."""
    with localhost_names():
        yield
