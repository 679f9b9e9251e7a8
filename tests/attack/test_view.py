"""The live view: a session opens it, and nothing else does."""

from urllib.parse import urlencode

import pytest

from tests.attack.attacks import Attack, assert_repelled
from tests.attack.edge import Edge, echoed, host, request
from tests.attack.stack import DOMAIN

COOKIE = "__Host-mcpier-view"
OWN_ORIGIN = f"Origin: https://{host('vnc-echo')}"
WEBSOCKET = [
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
]
YEAR_3000 = 32_503_680_000
SIGNATURE = "A" * 43


def at_view(*headers: str, target: str = "/vnc.html", method: str = "GET", body: str = "") -> bytes:
    return request(*headers, to="vnc-echo", target=target, method=method, body=body)


def sign_in(token: str, *headers: str, to: str = "vnc-echo") -> bytes:
    form = "Content-Type: application/x-www-form-urlencoded"
    body = urlencode({"token": token})
    target = "/_mcpier/sign-in"
    return request(form, *headers, to=to, target=target, method="POST", body=body)


@pytest.fixture(scope="module")
def session(edge: Edge) -> str:
    """The cookie of a person who has signed in at echo's view."""
    answer = edge.send(sign_in(edge.secrets["<view>"], OWN_ORIGIN))
    assert answer.status == 303
    return "Cookie: " + answer.values("set-cookie")[0].partition(";")[0]


ATTACKS = {
    "nothing": Attack(at_view(), 401),
    "a token for MCP": Attack(at_view("Authorization: Bearer <alice>"), 401),
    "the view's token, as a bearer": Attack(at_view("Authorization: Bearer <view>"), 401),
    "the view's token, as Basic": Attack(at_view("Authorization: Basic <view>"), 401),
    "the view's token, in the query": Attack(at_view(target="/vnc.html?token=<view>"), 401),
    "the view's token, as a cookie": Attack(at_view(f"Cookie: {COOKIE}=<view>"), 401),
    "an empty session": Attack(at_view(f"Cookie: {COOKIE}="), 401),
    "an unsigned session": Attack(at_view(f"Cookie: {COOKIE}={YEAR_3000}:view"), 401),
    "a session signed with nothing": Attack(
        at_view(f"Cookie: {COOKIE}={YEAR_3000}:view:{SIGNATURE}"), 401
    ),
    "a session of another user": Attack(
        at_view(f"Cookie: {COOKIE}={YEAR_3000}:alice:{SIGNATURE}"), 401
    ),
    "a session under another name": Attack(at_view("Cookie: session=admin; view=1"), 401),
    "a claim about oneself": Attack(at_view("X-Mcpier-Client: view"), 401),
    "a cookie that Connection drops": Attack(at_view("Connection: Cookie"), 401),
    "a WebSocket": Attack(at_view(*WEBSOCKET, target="/websockify"), 403),
    "a WebSocket of its own page": Attack(
        at_view(*WEBSOCKET, OWN_ORIGIN, target="/websockify"), 401
    ),
    "a WebSocket of a foreign page": Attack(
        at_view(*WEBSOCKET, "Origin: https://evil.example", target="/websockify"), 403
    ),
    "a WebSocket, its path spelt otherwise": Attack(
        at_view(*WEBSOCKET, target="/x/..//websockify"), 403
    ),
    "POST": Attack(at_view(method="POST", body="x"), 401),
    "the root by POST": Attack(at_view(target="/", method="POST", body="x"), 404),
    "the root with two slashes": Attack(at_view(target="//"), 401),
    "the root with a query": Attack(at_view(target="/?token=<view>"), 401),
    "back from the root's pages": Attack(at_view(target="/_mcpier/../vnc.html"), 401),
    "back from the root's pages, encoded": Attack(at_view(target="/_mcpier/%2e%2e/vnc.html"), 401),
    "back from the root's pages, an encoded slash": Attack(
        at_view(target="/_mcpier/..%2fvnc.html"), 400
    ),
    "beside the pages": Attack(at_view(target="/_mcpier"), 401),
    "the pages in capitals": Attack(at_view(target="/_MCPIER/sign-in"), 401),
    "the page to sign out": Attack(at_view(target="/_mcpier/sign-out"), 200),
    "a page that is not there": Attack(at_view(target="/_mcpier/nothing"), 404),
    "a link that nobody gave": Attack(at_view(target="/_mcpier/enter/x"), 200),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_without_a_session_nothing_of_the_view_is_reached(edge: Edge, attack: Attack) -> None:
    assert_repelled(edge, attack)


def test_no_page_of_another_host_can_frame_the_view(edge: Edge, session: str) -> None:
    answer = edge.send(at_view(session))
    assert answer.status == 200
    assert answer.values("x-frame-options") == ["SAMEORIGIN"]


@pytest.mark.parametrize(
    ("token", "headers", "status"),
    [
        ("wrong", [OWN_ORIGIN], 401),
        ("<alice>", [OWN_ORIGIN], 401),
        ("", [OWN_ORIGIN], 400),
        ("<view>", [], 403),
        ("<view>", ["Origin: https://evil.example"], 403),
        ("<view>", ["Origin: null"], 403),
        ("<view>", [f"Origin: https://{host('mcp-echo')}"], 403),
        ("<view>", [OWN_ORIGIN, OWN_ORIGIN], 403),
    ],
)
def test_signing_in_takes_the_views_token_from_its_own_page(
    edge: Edge, token: str, headers: list[str], status: int
) -> None:
    raw = sign_in(edge.filled(token), *headers)
    assert not assert_repelled(edge, Attack(raw, status)).values("set-cookie")


def test_a_views_token_signs_in_nowhere_else(edge: Edge) -> None:
    for id_ in ("second", "halted", "nobody"):
        origin = f"Origin: https://{host(f'vnc-{id_}')}"
        raw = sign_in(edge.secrets["<view>"], origin, to=f"vnc-{id_}")
        assert_repelled(edge, Attack(raw, 401))


def test_a_session_opens_its_own_view_and_no_other_host(edge: Edge, session: str) -> None:
    assert echoed(edge.send(at_view(session)))["port"] == 6080
    for other, status in {"vnc-second": 401, "vnc-nobody": 401, "mcp-echo": 401}.items():
        assert_repelled(edge, Attack(request(session, to=other, target="/x"), status))
    named = request(session, f"X-Forwarded-Host: {host('vnc-echo')}", to="vnc-second")
    assert_repelled(edge, Attack(named, 401, f"vnc-echo.{DOMAIN}"))


def test_a_session_that_was_altered_or_doubled_opens_nothing(edge: Edge, session: str) -> None:
    cookie = session.removeprefix("Cookie: ")
    last = "B" if cookie.endswith("A") else "A"
    for altered in (
        f"{cookie[:-1]}{last}",
        f"{cookie}=",
        cookie.replace("=", "=9", 1),
        cookie.replace(":view:", ":watch:"),
        f"{cookie}; {cookie}",
        f"{cookie}; {COOKIE}=x",
        cookie.upper(),
    ):
        assert_repelled(edge, Attack(at_view(f"Cookie: {altered}"), 401))
    assert_repelled(edge, Attack(at_view(session, session), 401))


def test_a_foreign_page_cannot_use_the_session(edge: Edge, session: str) -> None:
    for origin in ("https://evil.example", "null", f"https://{host('mcp-echo')}"):
        raw = at_view(session, *WEBSOCKET, f"Origin: {origin}", target="/websockify")
        assert_repelled(edge, Attack(raw, 403))
    unnamed = at_view(session, *WEBSOCKET, target="/websockify")
    assert_repelled(edge, Attack(unnamed, 403))
    assert edge.send(at_view(session, *WEBSOCKET, OWN_ORIGIN, target="/websockify")).status == 101


def test_the_pages_to_sign_in_never_reach_the_backend_even_with_a_session(
    edge: Edge, session: str
) -> None:
    pages = {"/": 303, "/_mcpier/sign-out": 200, "/_mcpier/nothing": 404, "/_mcpier/": 404}
    for target, status in pages.items():
        assert_repelled(edge, Attack(at_view(session, target=target), status))


def test_the_session_never_reaches_the_backend(edge: Edge, session: str) -> None:
    headers = echoed(
        edge.send(at_view(f"{session}; a=b", "X-Mcpier-Client: forged", "Authorization: Basic x"))
    )["headers"]
    assert session.removeprefix("Cookie: ") not in str(headers)
    assert ["Cookie", "a=b"] in headers
    assert ["X-Mcpier-Client", "view"] in headers
    assert "Basic x" not in str(headers)
    assert "forged" not in str(headers)
