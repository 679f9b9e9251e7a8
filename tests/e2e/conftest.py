"""The deployment that the end-to-end tests share."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.e2e.deployment import (
    CONFIG,
    DOMAIN,
    HTTPS_PORT,
    STACK,
    Deployment,
    docker,
    taken_away,
)
from tests.e2e.served import localhost_names
from tests.e2e.tls_stack import TlsStack

GIVEN_SECRET = "a canary among the variables"
# What the first deploy printed, beside the checkout.
FIRST_UP = "first-up.log"
PAGE = """<!doctype html><title>A page of the tests</title>
<body style="margin:0;background:#0a7"><h1 style="color:#fff;font:bold 90px sans-serif">
Seen through the edge</h1></body>"""


# Before pytest chooses by marks, which it does by the same hook.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what works on the stack that the folder shares: it cannot run beside its like."""
    for item in items:
        if isinstance(item, pytest.Function) and "deployment" in item.fixturenames:
            item.add_marker(pytest.mark.shared)


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A stack that is up; it is taken away again, and must leave nothing."""
    made = Deployment.make(tmp_path_factory.mktemp("e2e"), STACK, CONFIG)
    with taken_away(made):
        assert made.pulumi("stack", "init", STACK).returncode == 0
        made.set_secret("instances.demo.env.SHOP_LOGIN", GIVEN_SECRET)
        up = made.make_target("up", timeout=900)
        assert up.returncode == 0, up.stdout
        (made.directory.parent / FIRST_UP).write_text(up.stdout)
        yield made


@pytest.fixture(scope="session")
def tls_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsStack]:
    """A stack for its certificate and its web app; it must leave nothing either."""
    made = TlsStack.make(tmp_path_factory.mktemp("tls"))
    with taken_away(made.deployment, "mcpier/echo"):
        made.begin()
        yield made


@pytest.fixture(scope="session")
def outputs(deployment: Deployment) -> dict[str, Any]:
    """The stack's outputs, secrets and all."""
    return deployment.outputs()


@pytest.fixture(scope="session")
def ca_file(outputs: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The CA that clients trust."""
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    file.write_text(outputs["ca"])
    return file


@pytest.fixture(scope="session", autouse=True)
def resolved_names() -> Iterator[None]:
    """Names of `*.localhost` resolve."""
    with localhost_names():
        yield


class PageHandler(BaseHTTPRequestHandler):
    """Answers every request with the page."""

    def do_GET(self) -> None:
        body = PAGE.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keeps quiet."""


@pytest.fixture(scope="session")
def page_url(deployment: Deployment) -> Iterator[str]:
    """A page that the instances reach: served on the gateway of their network alone."""
    form = "{{(index .IPAM.Config 0).Gateway}}"
    gateway = docker("network", "inspect", "--format", form, f"mcpier-{STACK}-instances").strip()
    with served_page(gateway) as url:
        yield url


@contextmanager
def served_page(address: str) -> Iterator[str]:
    """The page at a port of its own of an address; its URL."""
    server = ThreadingHTTPServer((address, 0), PageHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://{address}:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="session")
def browse(ca_file: Path, resolved_names: None) -> Any:
    """Sends one request to a host of the stack, over HTTPS that the stack's CA vouches for."""
    trust = ssl.create_default_context(cafile=str(ca_file))

    def send(host: str, path: str = "/mcp", **headers: str) -> httpx2.Response:
        url = f"https://{host}.{DOMAIN}:{HTTPS_PORT}{path}"
        with httpx2.Client(verify=trust, timeout=10) as http:
            return http.get(url, headers=headers)

    return send
