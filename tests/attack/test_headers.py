"""What a backend hears of a client is what the gate says of it."""

from typing import Any

import pytest

from tests.attack.attacks import Attack, assert_repelled
from tests.attack.edge import Edge, echoed, host, request

ALICE = "Authorization: Bearer <alice>"
FORGED = "forged"
# Headers by which backends know a client; `forged` stands in every value.
CLAIMS = {
    "X-Mcpier-Client": ["X-Mcpier-Client: forged"],
    "X-Mcpier-Client, twice": ["X-Mcpier-Client: forged", "X-Mcpier-Client: forged"],
    "X-Mcpier-Client, small letters": ["x-mcpier-client: forged"],
    "X-Mcpier-Client, capitals": ["X-MCPIER-CLIENT: forged"],
    "X-Mcpier-Client, behind ours in a list": ["X-Mcpier-Client: alice, forged"],
    "X-Mcpier-Client, kept by Connection": ["X-Mcpier-Client: forged", "Connection: keep-alive"],
    "X-Mcpier-Anything": ["X-Mcpier-Anything: forged"],
    "X-Mcpier-": ["X-Mcpier-: forged"],
    "X-MCP-Instance": ["X-MCP-Instance: forged"],
    "X-Forwarded-User": ["X-Forwarded-User: forged"],
    "X-Forwarded-For": ["X-Forwarded-For: forged"],
    "X-Forwarded-For, a hundred hops": [f"X-Forwarded-For: {', '.join(['forged'] * 100)}"],
    "X-Forwarded-For, an IPv6 zone": ["X-Forwarded-For: fe80::1%forged"],
    "X-Forwarded-Host": ["X-Forwarded-Host: forged"],
    "X-Forwarded-Proto": ["X-Forwarded-Proto: forged"],
    "X-Forwarded-Port": ["X-Forwarded-Port: forged"],
    "X-Forwarded-Uri": ["X-Forwarded-Uri: /forged"],
    "X-Forwarded-Method": ["X-Forwarded-Method: FORGED"],
    "X-Forwarded-Prefix": ["X-Forwarded-Prefix: /forged"],
    "X-Forwarded-Server": ["X-Forwarded-Server: forged"],
    "X-Forwarded-Tls-Client-Cert": ["X-Forwarded-Tls-Client-Cert: forged"],
    "X-Forwarded-Tls-Client-Cert-Info": ["X-Forwarded-Tls-Client-Cert-Info: forged"],
    "X-Real-Ip": ["X-Real-Ip: forged"],
    "Proxy-Authorization": ["Proxy-Authorization: Bearer forged"],
    "the live view's cookie": ["Cookie: __Host-mcpier-view=forged"],
    "the live view's cookie, spaces around": ["Cookie: a=b;  __Host-mcpier-view = forged ; c=d"],
    "the live view's cookie, in two headers": [
        "Cookie: __Host-mcpier-view=forged",
        "Cookie: __Host-mcpier-view=forged",
    ],
}
ALIASES = [
    "X_Mcpier_Client",
    "X-Mcpier_Client",
    "X.Mcpier.Client",
    "X~Mcpier~Client",
    "x_mcpier_client",
    "X_MCP_Instance",
    "X_Forwarded_Host",
    "X_Forwarded_For",
    "X_Forwarded_User",
    "X.Real.Ip",
    "Author_ization",
]


def heard_headers(edge: Edge, *headers: str) -> list[tuple[str, str]]:
    """The headers that reach the backend beside the right token."""
    echo: dict[str, Any] = echoed(edge.send(request(ALICE, *headers)))
    return [(name, value) for name, value in echo["headers"]]


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS.keys())
def test_a_claim_about_oneself_opens_nothing(edge: Edge, claim: list[str]) -> None:
    assert_repelled(edge, Attack(request(*claim), 401))


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS.keys())
def test_a_claim_about_oneself_never_reaches_the_backend(edge: Edge, claim: list[str]) -> None:
    headers = heard_headers(edge, *claim)
    assert FORGED not in str(headers).lower()
    assert [value for name, value in headers if name.lower() == "x-mcpier-client"] == ["alice"]


def test_the_token_never_reaches_the_backend(edge: Edge) -> None:
    headers = heard_headers(edge, "Cookie: a=b")
    names = [name.lower() for name, _ in headers]
    assert "authorization" not in names
    assert edge.secrets["<alice>"] not in str(headers)
    assert ("Cookie", "a=b") in headers


def test_the_edge_tells_the_backend_the_truth_about_the_request(edge: Edge) -> None:
    told = dict(heard_headers(edge, "X-Forwarded-For: 9.9.9.9", "X-Forwarded-Proto: http"))
    assert told["X-Forwarded-Host"] == host("mcp-echo")
    assert told["X-Forwarded-Proto"] == "https"
    assert told["X-Forwarded-For"] == told["X-Real-Ip"]
    assert told["X-Real-Ip"].startswith("127.")


def test_connection_cannot_take_away_what_the_gate_adds(edge: Edge) -> None:
    for named in ("X-Mcpier-Client", "x-mcpier-client, close", "X-Mcpier-Client, X-Forwarded-For"):
        headers = heard_headers(edge, f"Connection: {named}")
        assert ("X-Mcpier-Client", "alice") in headers
        assert "X-Forwarded-For" in dict(headers)


@pytest.mark.parametrize("alias", ALIASES)
def test_a_header_that_some_servers_take_for_another_is_refused(edge: Edge, alias: str) -> None:
    for headers in ([], [ALICE]):
        assert_repelled(edge, Attack(request(*headers, f"{alias}: admin"), 400))
    before = edge.heard()
    assert edge.send_plain(request(ALICE, f"{alias}: admin")).status == 400
    assert edge.heard() == before
