"""What HTTP/2 can say that HTTP/1.1 cannot."""

import pytest

from tests.attack.edge import Edge, echoed, host
from tests.attack.wire import CUT

Headers = list[tuple[str, str]]
ECHO, SECOND = host("mcp-echo"), host("mcp-second")
ALICE, BOB = ("authorization", "Bearer <alice>"), ("authorization", "Bearer <bob>")


def ask(
    *headers: tuple[str, str],
    method: str = "GET",
    path: str = "/mcp",
    authority: str | None = ECHO,
    scheme: str = "https",
) -> Headers:
    """The headers of a request: pseudo-headers, and `headers` behind them."""
    named = [(":authority", authority)] if authority is not None else []
    return [(":method", method), (":scheme", scheme), (":path", path), *named, *headers]


WEBSOCKET = (":protocol", "websocket")
ATTACKS: dict[str, tuple[Headers, int]] = {
    "no token": (ask(), 401),
    "another instance's token": (ask(BOB), 401),
    "another host beside the authority": (ask(("host", SECOND), BOB), 401),
    "another authority beside the host": (
        ask(("host", ECHO), ALICE, authority=SECOND),
        401,
    ),
    "two authorities": (ask((":authority", SECOND), BOB), CUT),
    "two hosts": (ask(("host", SECOND), ("host", ECHO), BOB), 401),
    "no authority, another host": (ask(("host", ECHO), BOB, authority=None), 401),
    "no authority, no host": (ask(ALICE, authority=None), 404),
    "an empty authority": (ask(ALICE, authority=""), 404),
    "an authority with userinfo": (ask(ALICE, authority=f"x@{ECHO}"), CUT),
    "a foreign authority": (ask(ALICE, authority="evil.example"), 404),
    "a pseudo-header behind the others": (
        [*ask(authority=None), BOB, (":authority", ECHO)],
        CUT,
    ),
    "two paths": (ask((":path", "/.well-known/x"), BOB), CUT),
    "a path without a slash": (ask(ALICE, path="mcp"), CUT),
    "an empty path": (ask(ALICE, path=""), CUT),
    "an absolute path": (ask(BOB, path=f"https://{SECOND}/mcp"), 401),
    "an asterisk": (ask(path="*"), 401),
    "two slashes": (ask(path="//mcp"), 401),
    "an encoded slash": (ask(ALICE, path="/.well-known/..%2fmcp"), 400),
    "a scheme without TLS": (ask(scheme="http"), 401),
    "an unknown scheme": (ask(BOB, scheme="x"), CUT),
    "CONNECT": (
        [(":method", "CONNECT"), (":authority", "127.0.0.1:8080"), ALICE],
        501,
    ),
    "CONNECT to the host": ([(":method", "CONNECT"), (":authority", ECHO)], 501),
    "extended CONNECT": (ask(WEBSOCKET, method="CONNECT"), CUT),
    "an unknown pseudo-header": (ask((":token", "<alice>")), CUT),
    "a header in capitals": (ask(("Authorization", "Bearer <alice>")), CUT),
    "Connection": (ask(("connection", "authorization"), BOB), 400),
    "Upgrade": (ask(("upgrade", "h2c"), BOB), 400),
    "Transfer-Encoding": (ask(("transfer-encoding", "chunked"), ALICE), 400),
    "two tokens": (ask(("authorization", "Bearer wrong"), ALICE), 400),
    "a line break in a token": (ask(("authorization", "Bearer <alice>\r\nx: y")), CUT),
    "a line break in a header": (ask(ALICE, ("x-a", "b\r\nx-mcpier-client: admin")), CUT),
    "a null character in a header": (ask(ALICE, ("x-a", "b\0")), CUT),
    "an alias": (ask(ALICE, ("x_mcpier_client", "admin")), 400),
    "an alias with a dot": (ask(ALICE, ("x.mcpier.client", "admin")), 400),
    "a token in crumbs of a cookie": (
        ask(("cookie", "authorization=Bearer"), ("cookie", "<alice>")),
        401,
    ),
    "40 KiB of headers": (ask(ALICE, *((f"x-{n}", "a" * 1000) for n in range(40))), 431),
    "a wrong length": (ask(BOB, ("content-length", "7"), method="POST"), 401),
}


@pytest.mark.parametrize(("headers", "status"), ATTACKS.values(), ids=ATTACKS.keys())
def test_nothing_that_http2_can_say_gets_past_the_gate(
    edge: Edge, headers: Headers, status: int
) -> None:
    before = edge.heard()
    answer = edge.send_http2(headers)
    assert answer.status == status, answer
    assert edge.heard() == before


def test_without_tls_it_leads_to_https_alone(edge: Edge) -> None:
    before = edge.heard()
    answer = edge.send_plain_http2(ask(ALICE, scheme="http"))
    assert (answer.status, answer.values("location")) == (301, [f"https://{ECHO}/mcp"])
    assert edge.heard() == before


def test_with_the_right_token_the_same_cleaning_is_done(edge: Edge) -> None:
    claims = [
        ("x-mcpier-client", "forged"),
        ("x-mcpier-anything", "forged"),
        ("x-mcp-instance", "forged"),
        ("x-forwarded-user", "forged"),
        ("x-forwarded-for", "forged"),
        ("x-forwarded-host", "forged"),
        ("x-real-ip", "forged"),
        ("cookie", "a=b"),
        ("cookie", "__Host-mcpier-view=forged"),
    ]
    headers = echoed(edge.send_http2(ask(ALICE, *claims)))["headers"]
    assert "forged" not in str(headers)
    assert ["X-Mcpier-Client", "alice"] in headers
    assert ["Cookie", "a=b"] in headers
    assert not [name for name, _ in headers if name.lower() == "authorization"]


def test_a_refused_connect_leaves_the_next_client_its_own_answer(edge: Edge) -> None:
    connect = [(":method", "CONNECT"), (":authority", ECHO), ALICE]
    assert edge.send_http2(connect, b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n").status != 200
    assert echoed(edge.send_http2(ask(ALICE)))["request"] == "GET /mcp HTTP/1.1"
    assert all(backend["/smuggled"] == 0 for backend in edge.heard().values())
