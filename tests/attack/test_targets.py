"""No spelling of a path, no method and no form of a target gets past the gate."""

import json

import pytest

from components.core.routing import GATE_PATH, GATE_PORT
from tests.attack.attacks import Attack, assert_repelled
from tests.attack.edge import Edge, echoed, host, request
from tests.attack.stack import PLACE

ALICE = "Authorization: Bearer <alice>"
NORMAL = ("/mcp", "/", "//mcp", "/./mcp", "/x/../mcp", "/x/%2e%2e/mcp", "/%2e%2e/mcp", "/../mcp")
ENCODED = ("/.well-known/..%2fmcp", "/x/..%2fmcp", "/%2fmcp", "/..%5cmcp", "/mcp%00", "/mcp%23")
MORE_ENCODED = ("/mcp%3b", "/mcp%3fx", "/%252e%252e/mcp", "/_mcpier%2f..%2fmcp")
INNER = ("/auth/mcp-bearer-check", "/_mcpier/sign-in", "/healthz", "/readyz", "/metrics", "/ping")
TRAEFIK = ("/api/rawdata", "/api/http/routers", "/dashboard/", "/debug/pprof/")
DISCOVERY = (
    "/.well-known/oauth-protected-resource",
    "/.well-known/oauth-protected-resource/mcp",
    "/.well-known/oauth-authorization-server",
    "/mcp/.well-known/openid-configuration",
    "/register",
)
BACK_FROM_DISCOVERY = ("/.well-known/../mcp", "/.well-known/%2e%2e/mcp", "/.well-known/x/../../mcp")
METHODS = ("POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "get", "PURGE")
FORMS = {
    "absolute form": Attack(request(target=f"https://{host('mcp-echo')}/mcp"), 401),
    "absolute form, without TLS": Attack(request(target=f"http://{host('mcp-echo')}/mcp"), 401),
    "absolute form, to another instance": Attack(
        request(ALICE, target=f"https://{host('mcp-second')}/mcp"), 401
    ),
    "absolute form, from another instance": Attack(
        request(ALICE, to="mcp-second", target=f"https://{host('mcp-second')}/mcp"), 401
    ),
    "absolute form, to the gate": Attack(
        request(ALICE, target=f"http://{PLACE.gate}:{GATE_PORT}{GATE_PATH}"), 404
    ),
    "absolute form, to a file": Attack(request(target="file:///etc/passwd"), 401),
    # Go's server answers for itself, on every host.
    "an asterisk": Attack(request(ALICE, target="*", method="OPTIONS"), 200),
    "an asterisk, with GET": Attack(request(target="*"), 401),
    "no slash": Attack(request(target="mcp"), 400),
    "a backslash": Attack(request(target="\\mcp"), 400),
    "a backslash within": Attack(request(target="/x/..\\mcp"), 400),
    "a space": Attack(request(target="/mcp x"), 400),
    "a letter beyond ASCII": Attack(request(target="/mcp\xff"), 401),
    "a bad escape": Attack(request(target="/mcp%zz"), 400),
    "CONNECT to the backend": Attack(request(target="127.0.0.1:8080", method="CONNECT"), 501),
    "CONNECT to the host, with the token": Attack(
        request(ALICE, target=host("mcp-echo"), method="CONNECT"), 501
    ),
    "CONNECT with a path": Attack(request(ALICE, target="/mcp", method="CONNECT"), 501),
}


@pytest.mark.parametrize("target", [*NORMAL, *INNER, *TRAEFIK, *BACK_FROM_DISCOVERY])
def test_no_path_is_without_the_gate(edge: Edge, target: str) -> None:
    assert_repelled(edge, Attack(request(target=target), 401))


@pytest.mark.parametrize("target", [*ENCODED, *MORE_ENCODED])
def test_encoded_separators_are_refused_even_with_a_token(edge: Edge, target: str) -> None:
    assert_repelled(edge, Attack(request(ALICE, target=target), 400))


@pytest.mark.parametrize("target", DISCOVERY)
def test_discovery_ends_at_the_gate_even_with_a_token(edge: Edge, target: str) -> None:
    for headers in ([], [ALICE]):
        answer = assert_repelled(edge, Attack(request(*headers, target=target), 404))
        # Clients of OAuth read it: Traefik's own 404 is no JSON.
        assert answer.values("content-type") == ["application/json"]
        assert json.loads(answer.body)["error"] == "not_found"


@pytest.mark.parametrize("target", BACK_FROM_DISCOVERY)
def test_the_backend_is_asked_for_the_path_that_the_gate_judged(edge: Edge, target: str) -> None:
    assert echoed(edge.send(request(ALICE, target=target)))["request"] == "GET /mcp HTTP/1.1"


@pytest.mark.parametrize("method", METHODS)
def test_no_method_is_without_the_gate(edge: Edge, method: str) -> None:
    assert_repelled(edge, Attack(request(method=method), 401))


@pytest.mark.parametrize("attack", FORMS.values(), ids=FORMS.keys())
def test_no_form_of_a_target_gets_past_the_gate(edge: Edge, attack: Attack) -> None:
    assert_repelled(edge, attack)


@pytest.mark.parametrize(
    "headers",
    [[], [ALICE], ["Authorization: Bearer wrong"]],
    ids=["without a token", "with a token", "with a wrong token"],
)
def test_a_preflight_is_answered_before_any_backend(edge: Edge, headers: list[str]) -> None:
    asked = "Access-Control-Request-Method: POST"
    origins = {"https://app.example.org": 204, "https://evil.example": 403, "null": 403}
    for origin, status in origins.items():
        raw = request(*headers, f"Origin: {origin}", asked, method="OPTIONS")
        answer = assert_repelled(edge, Attack(raw, status))
        listed = status == 204
        assert answer.values("access-control-allow-origin") == ([origin] if listed else [])
        assert bool(answer.values("access-control-allow-methods")) == listed
    assert_repelled(edge, Attack(request(*headers, asked, method="OPTIONS"), 400))


def test_what_only_resembles_a_preflight_meets_the_gate(edge: Edge) -> None:
    asked = "Access-Control-Request-Method: POST"
    origin = "Origin: https://app.example.org"
    assert_repelled(edge, Attack(request(origin, asked, method="POST"), 401))
    assert_repelled(edge, Attack(request(origin, method="OPTIONS"), 401))
    empty = request(origin, "Access-Control-Request-Method:", method="OPTIONS")
    assert_repelled(edge, Attack(empty, 401))
    assert_repelled(edge, Attack(request(asked, method="OPTIONS", to="vnc-echo"), 401))


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://mcp-echo.evil"])
def test_a_foreign_page_is_refused_even_with_a_token(edge: Edge, origin: str) -> None:
    answer = assert_repelled(edge, Attack(request(ALICE, f"Origin: {origin}"), 403))
    # What an MCP server answers there (the specification, «Security Warning» of its transports).
    assert json.loads(answer.body)["jsonrpc"] == "2.0"
    two = request(ALICE, "Origin: https://app.example.org", f"Origin: {origin}")
    assert_repelled(edge, Attack(two, 403))


def test_a_page_of_a_listed_origin_may_read_the_answer(edge: Edge) -> None:
    answer = edge.send(request(ALICE, "Origin: https://app.example.org"))
    assert answer.status == 200
    assert answer.values("Access-Control-Allow-Origin") == ["https://app.example.org"]
    readable = answer.values("Access-Control-Expose-Headers")
    assert readable == ["WWW-Authenticate,Mcp-Session-Id,Retry-After"]
    assert "Origin" in ", ".join(answer.values("Vary"))
    assert edge.send(request(ALICE)).values("Access-Control-Allow-Origin") == []
