"""Signing in to the live view."""

import base64
import hashlib

import pytest

from tests.authgate.harness import ALICE, DOMAIN, VIEWER, Stage, bearer, session_of, sign_in

ORIGIN = f"https://vnc-demo.{DOMAIN}:8443"


@pytest.fixture
def session(stage: Stage) -> dict[str, str]:
    return session_of(sign_in(stage))


def test_a_stranger_is_asked_to_sign_in_by_a_page_without_script(stage: Stage) -> None:
    reply = stage.page("GET", "/")
    assert reply.status == 401
    assert reply.one("cache-control") == "no-store"
    assert "default-src 'none'" in reply.one("content-security-policy")
    assert reply.one("referrer-policy") == "same-origin"
    assert b'action="/_mcpier/sign-in"' in reply.body
    assert b"<script" not in reply.body


def test_the_policy_of_a_page_allows_its_own_style(stage: Stage) -> None:
    reply = stage.page("GET", "/")
    style = reply.body.partition(b"<style>")[2].partition(b"</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in reply.one("content-security-policy")


def test_unknown_views_show_the_same_page_and_refuse_in_the_same_words(stage: Stage) -> None:
    def replies(host: str) -> str:
        asked = [stage.page("GET", "/", host=host), sign_in(stage, "wrong", host)]
        asked += [stage.gate({}, host, "/vnc.html"), stage.gate({}, host, "/websockify")]
        return repr(asked)

    assert replies("vnc-demo") == replies("vnc-none").replace("vnc-none", "vnc-demo")


def test_the_view_token_opens_a_session_for_this_host_only(stage: Stage) -> None:
    reply = sign_in(stage)
    assert (reply.status, reply.one("location")) == (303, "/")
    name, _, terms = reply.one("set-cookie").partition("=")
    assert name == "__Host-mcpier-view"
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(terms.split("; "))
    assert "Domain" not in terms


def test_the_signed_in_are_sent_to_the_view_with_its_password_behind_the_hash(
    stage: Stage, session: dict[str, str]
) -> None:
    reply = stage.page("GET", "/", session)
    assert reply.status == 303
    before, _, fragment = reply.one("location").partition("#")
    assert before == "/vnc.html"
    assert fragment == "autoconnect=1&resize=scale&reconnect=1&password=pa%23s-w%3Fd"
    assert reply.one("cache-control") == "no-store"


def test_the_session_opens_the_view_and_its_websocket(
    stage: Stage, session: dict[str, str]
) -> None:
    reply = stage.gate(session, host="vnc-demo", uri="/vnc.html")
    assert (reply.status, reply.headers) == (204, [("x-mcpier-client", "viewer")])
    assert stage.gate(session | {"Origin": ORIGIN}, "vnc-demo", "/websockify").status == 204


@pytest.mark.parametrize("origin", ["https://evil.test", f"https://vnc-other.{DOMAIN}:8443", None])
def test_a_websocket_from_another_origin_or_from_none_is_refused(
    stage: Stage, session: dict[str, str], origin: str | None
) -> None:
    headers = session | ({"Origin": origin} if origin else {})
    assert stage.gate(headers, host="vnc-demo", uri="/websockify?x").status == 403


def test_a_refused_navigation_leads_to_the_sign_in_page(stage: Stage) -> None:
    reply = stage.gate({}, host="vnc-demo", uri="/vnc.html")
    assert reply.status == 401
    assert reply.one("content-type").startswith("text/html")
    assert reply.one("www-authenticate") == 'Cookie realm="vnc-demo"'
    assert b'url=/"' in reply.body


@pytest.mark.parametrize("value", ["wrong", ALICE, "", " "])
def test_only_the_view_token_signs_in(stage: Stage, value: str) -> None:
    reply = sign_in(stage, value)
    assert reply.status in (400, 401)
    assert reply.all("set-cookie") == []


def test_neither_grant_opens_the_other_door(stage: Stage, session: dict[str, str]) -> None:
    assert stage.gate(bearer(VIEWER)).status == 401
    assert stage.gate(bearer(VIEWER), host="vnc-demo").status == 401
    assert stage.gate(session).status == 401


@pytest.mark.parametrize("origin", ["https://evil.test", "null"])
def test_a_form_sent_from_another_origin_signs_nobody_in(stage: Stage, origin: str) -> None:
    assert sign_in(stage, origin=origin).status == 403
    no_origin = stage.page("POST", "/_mcpier/sign-in", {}, body=f"token={VIEWER}".encode())
    assert no_origin.status == 403


@pytest.mark.parametrize("body", [b"", b"token=a&token=b", b"token=" + b"a" * 9000, b"\xff&=&%"])
def test_a_form_that_holds_no_one_token_is_asked_again(stage: Stage, body: bytes) -> None:
    reply = stage.page("POST", "/_mcpier/sign-in", {"Origin": ORIGIN}, body=body)
    assert reply.status == 400
    assert reply.all("set-cookie") == []


def test_wrong_view_tokens_are_throttled_and_the_right_one_still_opens(stage: Stage) -> None:
    replies = [sign_in(stage, "wrong") for _ in range(21)]
    assert [reply.status for reply in replies] == [401] * 20 + [429]
    assert int(replies[-1].one("retry-after")) == 3
    assert sign_in(stage).status == 303


def test_without_a_session_key_the_view_is_unavailable_and_mcp_is_not(stage: Stage) -> None:
    (stage.folder / "session.key").unlink()
    assert stage.page("GET", "/").status == 503
    assert sign_in(stage).status == 503
    assert stage.gate({}, host="vnc-demo").status == 503
    assert stage.gate(bearer(ALICE)).status == 204
