"""Answers in place of an instance, and to preflights."""

import pytest

from tests.authgate.harness import DOMAIN, Stage, record

EXPOSED = "WWW-Authenticate, Mcp-Session-Id, Retry-After"
OWN_ORIGIN = f"https://mcp-demo.{DOMAIN}:8443"
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, content-type,mcp-param-x",
}


@pytest.mark.parametrize(
    ("state", "named"), [("stopped", "stopped"), ("running", "starting_or_unhealthy")]
)
def test_an_absent_instance_is_unavailable_and_its_state_is_named(
    stage: Stage, state: str, named: str
) -> None:
    stage.sync(record(state=state))
    for method, host in (("POST", "mcp-demo"), ("GET", "mcp-demo"), ("GET", "vnc-demo")):
        reply = stage.page(method, "/mcp", host=host)
        assert reply.status == 503
        assert int(reply.one("retry-after")) > 0
        assert reply.json()["state"] == named


@pytest.mark.parametrize(
    ("origin", "readable"),
    [("https://app.example.org", True), (OWN_ORIGIN, True), ("https://evil.test", False)],
)
def test_a_page_of_an_allowed_origin_can_read_the_state(
    stage: Stage, origin: str, readable: bool
) -> None:
    reply = stage.page("POST", "/mcp", {"Origin": origin}, host="mcp-demo")
    assert reply.status == 503
    assert reply.all("access-control-allow-origin") == ([origin] if readable else [])
    assert reply.all("access-control-expose-headers") == ([EXPOSED] if readable else [])


def test_a_browser_sees_a_page_that_tries_again(stage: Stage) -> None:
    reply = stage.page("GET", "/vnc.html", {"Accept": "text/html,*/*;q=0.8"})
    assert reply.status == 503
    assert reply.one("retry-after") == "5"
    assert b'content="5; url=/"' in reply.body


def test_a_change_of_state_is_told_at_once(stage: Stage) -> None:
    assert stage.page("POST", "/mcp", host="mcp-demo").json()["state"] == "starting_or_unhealthy"
    stage.sync(record(state="stopped"))
    assert stage.page("POST", "/mcp", host="mcp-demo").json()["state"] == "stopped"


@pytest.mark.parametrize("path", ["/_mcpier/", "/_mcpier/other", "/"])
def test_paths_that_pass_no_gate_tell_nothing_of_the_state(stage: Stage, path: str) -> None:
    known = stage.page("POST", path)
    assert known.status in (404, 405)
    assert repr(known) == repr(stage.page("POST", path, host="vnc-none"))


@pytest.mark.parametrize("origin", [OWN_ORIGIN, "https://app.example.org"])
def test_a_preflight_from_an_allowed_origin_is_answered_without_a_token(
    stage: Stage, origin: str
) -> None:
    reply = stage.page("OPTIONS", "/mcp", PREFLIGHT | {"Origin": origin}, host="mcp-demo")
    assert reply.status == 204
    assert reply.one("access-control-allow-origin") == origin
    assert reply.one("access-control-expose-headers") == EXPOSED
    assert reply.one("access-control-allow-headers") == PREFLIGHT["Access-Control-Request-Headers"]
    assert "POST" in reply.one("access-control-allow-methods")
    assert "Origin" in reply.one("vary")


def test_a_preflight_from_a_foreign_origin_is_refused(stage: Stage) -> None:
    headers = PREFLIGHT | {"Origin": "https://evil.test"}
    reply = stage.page("OPTIONS", "/mcp", headers, host="mcp-demo")
    assert reply.status == 403
    assert reply.all("access-control-allow-origin") == []


def test_a_preflight_tells_nothing_of_the_instance(stage: Stage) -> None:
    for origin in ("https://evil.test", None):
        headers = PREFLIGHT | ({"Origin": origin} if origin else {})
        known = stage.page("OPTIONS", "/mcp", headers, host="mcp-demo")
        assert repr(known) == repr(stage.page("OPTIONS", "/mcp", headers, host="mcp-none"))


def test_hosts_that_name_no_instance_are_not_found(stage: Stage) -> None:
    assert stage.page("GET", "/", host="app").status == 404
    assert stage.page("GET", "/mcp", host="mcp-none").status == 404
