"""Endpoints that speak TLS, and those that are open to everybody, through the whole edge."""

import ssl
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.e2e.deployment import Deployment
from tests.types.conftest import first_up
from tests.types.types_stack import DOMAIN, HTTPS_PORT

pytestmark = pytest.mark.docker
FORGED = "forged"
MCP_OF_SEEN = f"https://mcp-seen.{DOMAIN}:{HTTPS_PORT}/mcp"
HOOK_OF_SEEN = f"https://hook-seen.{DOMAIN}:{HTTPS_PORT}/mcp"
MCP_OF_OPEN = f"https://mcp-open.{DOMAIN}:{HTTPS_PORT}/mcp"
OPEN = pytest.mark.parametrize("url", [HOOK_OF_SEEN, MCP_OF_OPEN])


@pytest.fixture(scope="module")
def http(outputs: dict[str, Any]) -> Iterator[httpx2.Client]:
    """A client that trusts the stack, and shows nothing of itself."""
    trust = ssl.create_default_context(cadata=outputs["ca"])
    with httpx2.Client(verify=trust, timeout=30) as client:
        yield client


def seen(answer: httpx2.Response) -> tuple[int, dict[str, str]]:
    """The port at which a request arrived, and its headers."""
    assert answer.status_code == 200, answer.text
    told = answer.json()
    return told["port"], dict(told["headers"])


def test_traefik_speaks_tls_to_an_endpoint_that_does_and_trusts_any_certificate(
    http: httpx2.Client, outputs: dict[str, Any]
) -> None:
    known = outputs["clients"]["seen"]["alice"]
    port, headers = seen(http.get(known["url"], headers=known["headers"]))
    assert port == 8443
    assert headers["x-mcpier-client"] == "alice"
    assert "authorization" not in headers


def test_an_endpoint_that_speaks_tls_is_behind_the_gate_all_the_same(http: httpx2.Client) -> None:
    answer = http.get(MCP_OF_SEEN)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="mcp-seen"')


@OPEN
def test_an_open_endpoint_answers_without_a_token(http: httpx2.Client, url: str) -> None:
    seen(http.get(url))


@OPEN
def test_an_open_endpoint_is_told_nothing_that_a_client_claims_to_be(
    http: httpx2.Client, url: str
) -> None:
    claims = (
        *("X-Mcpier-Client", "X-MCP-Instance", "X-Forwarded-User"),
        *("X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip"),
    )
    _, headers = seen(http.get(url, headers=dict.fromkeys(claims, FORGED)))
    assert FORGED not in str(headers)


@OPEN
@pytest.mark.parametrize("name", ["X_Mcpier_Client", "X.MCP.Instance"])
def test_a_claim_by_another_spelling_is_refused_at_an_open_endpoint(
    http: httpx2.Client, url: str, name: str
) -> None:
    assert http.get(url, headers={name: FORGED}).status_code == 400


@OPEN
def test_headers_at_an_open_endpoint_are_bounded(http: httpx2.Client, url: str) -> None:
    assert http.get(url, headers={"X-Long": "x" * 64_000}).status_code == 431


@OPEN
def test_an_ambiguous_path_is_refused_at_an_open_endpoint(http: httpx2.Client, url: str) -> None:
    assert http.get(f"{url}%2f..%2fetc").status_code == 400


PREFLIGHT = {"Origin": "https://page.example", "Access-Control-Request-Method": "POST"}


def test_an_open_mcp_endpoint_answers_preflights_itself(http: httpx2.Client) -> None:
    _, headers = seen(http.options(MCP_OF_OPEN, headers=PREFLIGHT))
    assert headers["origin"] == "https://page.example"


def test_a_gated_one_does_not(http: httpx2.Client) -> None:
    assert http.options(MCP_OF_SEEN, headers=PREFLIGHT).status_code == 403


def test_what_is_open_is_named_at_the_deploy(deployment: Deployment) -> None:
    said = first_up(deployment)
    for instance, endpoint in (("seen", "hook"), ("open", "hook"), ("open", "mcp")):
        assert (
            f"mcpier:instances.{instance}: whoever reaches the edge may use its endpoint "
            f"{endpoint}: the type {instance} says auth: none."
        ) in said
