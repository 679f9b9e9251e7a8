"""The portal: an operator's session opens it, and nothing else does."""

from urllib.parse import urlencode

import pytest

from tests.attack.attacks import Attack, assert_repelled
from tests.attack.echo.echo import HOSTILE
from tests.attack.edge import Edge, echoed, host, request
from tests.attack.stack import DOMAIN
from tests.attack.test_view import COOKIE, SIGNATURE, WEBSOCKET, YEAR_3000
from tests.e2e.deployment import Deployment

NAME = f"app.{DOMAIN}"
OWN_ORIGIN = f"Origin: https://{host('app')}"
FORM = "Content-Type: application/x-www-form-urlencoded"


def at_portal(*headers: str, target: str = "/", method: str = "GET", body: str = "") -> bytes:
    return request(*headers, to="app", target=target, method=method, body=body)


def sign_in(token: str, *headers: str) -> bytes:
    body = urlencode({"token": token})
    return at_portal(FORM, *headers, target="/_mcpier/sign-in", method="POST", body=body)


@pytest.fixture(scope="module")
def token(deployment: Deployment) -> str:
    """The operator's token."""
    return str(deployment.outputs()["portal"]["tokens"]["operator"])


@pytest.fixture(scope="module")
def session(edge: Edge, token: str) -> str:
    """The cookie of an operator who has signed in."""
    answer = edge.send(sign_in(token, OWN_ORIGIN), NAME)
    assert (answer.status, answer.values("location")) == (303, ["/"])
    return "Cookie: " + answer.values("set-cookie")[0].partition(";")[0]


ATTACKS = {
    "nothing": Attack(at_portal(), 401),
    "an instance's page": Attack(at_portal(target="/instances/echo"), 401),
    "the stream": Attack(at_portal(target="/events"), 401),
    "a picture": Attack(at_portal(target="/thumbnails/echo"), 401),
    "the style": Attack(at_portal(target="/static/style.css"), 401),
    "a token for MCP": Attack(at_portal("Authorization: Bearer <alice>"), 401),
    "an unsigned session": Attack(at_portal(f"Cookie: {COOKIE}={YEAR_3000}:operator"), 401),
    "a session signed with nothing": Attack(
        at_portal(f"Cookie: {COOKIE}={YEAR_3000}:operator:{SIGNATURE}"), 401
    ),
    "a claim about oneself": Attack(at_portal("X-Mcpier-Client: operator"), 401),
    "POST": Attack(at_portal(method="POST", body="x"), 401),
    "the check for web apps": Attack(at_portal(target="/auth/mcp-bearer-check/echo"), 401),
    "back from the gate's pages": Attack(at_portal(target="/_mcpier/../"), 401),
    "back from the gate's pages, encoded": Attack(at_portal(target="/_mcpier/%2e%2e/"), 401),
    "a page of the gate that is not there": Attack(at_portal(target="/_mcpier/nothing"), 404),
    "a link that nobody gave": Attack(at_portal(target="/_mcpier/enter/x"), 200),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_without_a_session_nothing_of_the_portal_is_shown(edge: Edge, attack: Attack) -> None:
    answer = assert_repelled(edge, attack._replace(sni=NAME))
    assert b"Instances" not in answer.body


@pytest.mark.parametrize(
    ("value", "headers", "status"),
    [
        ("wrong", [OWN_ORIGIN], 401),
        ("<alice>", [OWN_ORIGIN], 401),
        ("<view>", [OWN_ORIGIN], 401),
        ("", [OWN_ORIGIN], 400),
        ("<operator>", [], 403),
        ("<operator>", ["Origin: https://evil.example"], 403),
        ("<operator>", ["Origin: null"], 403),
        ("<operator>", [f"Origin: https://{host('vnc-echo')}"], 403),
        ("<operator>", [OWN_ORIGIN, OWN_ORIGIN], 403),
    ],
)
def test_signing_in_takes_an_operators_token_from_its_own_page(
    edge: Edge, token: str, value: str, headers: list[str], status: int
) -> None:
    filled = edge.filled(value).replace("<operator>", token)
    answer = assert_repelled(edge, Attack(sign_in(filled, *headers), status, NAME))
    assert not answer.values("set-cookie")


def test_the_session_shows_the_portal_and_no_cache_or_frame_may_have_it(
    edge: Edge, session: str
) -> None:
    answer = edge.send(at_portal(session), NAME)
    assert answer.status == 200
    assert b">echo</a>" in answer.body
    assert answer.values("cache-control") == ["no-store"]
    assert answer.values("x-frame-options") == ["DENY"]
    (policy,) = answer.values("content-security-policy")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_the_session_opens_no_other_host(edge: Edge, session: str) -> None:
    for other in ("vnc-echo", "mcp-echo", "vnc-nobody"):
        assert_repelled(edge, Attack(request(session, to=other, target="/x"), 401))
    named = request(session, f"X-Forwarded-Host: {host('app')}", to="vnc-echo", target="/x")
    assert_repelled(edge, Attack(named, 401, f"vnc-echo.{DOMAIN}"))


def test_a_foreign_page_can_neither_read_nor_sign_out(edge: Edge, session: str) -> None:
    for origin in ("https://evil.example", "null", f"https://{host('vnc-echo')}"):
        foreign = f"Origin: {origin}"
        raw = at_portal(session, foreign, target="/events")
        assert_repelled(edge, Attack(raw, 403, NAME))
        out = at_portal(session, foreign, FORM, target="/_mcpier/sign-out", method="POST", body="x")
        assert_repelled(edge, Attack(out, 403, NAME))
    assert edge.send(at_portal(session), NAME).status == 200


def test_even_an_operator_changes_nothing(edge: Edge, session: str) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        raw = at_portal(session, OWN_ORIGIN, method=method, body="x")
        assert_repelled(edge, Attack(raw, 405, NAME))


def test_a_picture_comes_from_the_instance_which_learns_nothing_of_the_session(
    edge: Edge, session: str
) -> None:
    answer = edge.send(at_portal(session, target="/thumbnails/echo?1"), NAME)
    heard = echoed(answer)
    assert (heard["port"], heard["request"]) == (6080, "GET /hostile?1 HTTP/1.1")
    names = {name.lower() for name, _ in heard["headers"]}
    assert not {"cookie", "authorization"} & names


def test_an_instance_can_say_nothing_that_rules_at_the_portals_host(
    edge: Edge, session: str
) -> None:
    answer = edge.send(at_portal(session, target="/thumbnails/echo"), NAME)
    assert answer.values("content-type") == ["image/jpeg"]
    assert answer.values("x-content-type-options") == ["nosniff"]
    assert answer.values("content-security-policy") == ["default-src 'none'; sandbox"]
    assert answer.values("cross-origin-resource-policy") == ["same-origin"]
    for name in HOSTILE.keys() - {"Content-Type"}:
        assert answer.values(name.lower()) == [], name


def test_an_operators_session_opens_pictures_and_not_the_live_view(
    edge: Edge, session: str
) -> None:
    picture = "/thumbnails/echo"
    for raw, status in (
        (at_portal(session, OWN_ORIGIN, *WEBSOCKET, target=picture), 404),
        (at_portal(session, OWN_ORIGIN, target=picture, method="POST", body="x"), 404),
        (at_portal(session, target=f"{picture}/"), 404),
        (at_portal(session, target=f"{picture}/vnc.html"), 404),
        (at_portal(session, target="/thumbnails/nobody"), 404),
    ):
        assert_repelled(edge, Attack(raw, status, NAME))
