"""The portal's door: the same sessions as those of live views, for operators' tokens."""

import pytest

from authgate.errors import AuthgateError
from authgate.sessions import LONGEST_SESSION
from authgate.sync import read_document
from components.core.registry import PORTAL
from components.core.tickets import Grant
from tests.authgate.harness import (
    ALICE,
    DOMAIN,
    OPERATOR,
    VIEWER,
    Stage,
    bearer,
    document,
    portal_record,
    record,
    session_of,
    sign_in,
    token,
)
from tests.authgate.links import path_of, press

ORIGIN = f"https://app.{DOMAIN}:8443"


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """A gate before a portal, and before the instance `demo`."""
    stage.sync(record(), portal_record())
    return stage


@pytest.fixture
def session(stage: Stage) -> dict[str, str]:
    return session_of(sign_in(stage, OPERATOR, "app"))


def test_an_operators_token_opens_a_session_that_the_gate_lets_pass(
    stage: Stage, session: dict[str, str]
) -> None:
    reply = stage.gate(session, "app", "/")
    assert (reply.status, reply.headers) == (204, [("x-mcpier-client", "carol")])
    assert stage.gate(session | {"Origin": ORIGIN}, "app", "/events").status == 204


def test_whoever_is_not_signed_in_is_led_to_the_door(stage: Stage) -> None:
    reply = stage.gate({}, "app", "/instances/demo")
    assert reply.status == 401
    assert reply.one("www-authenticate") == 'Cookie realm="app"'
    assert b'url=/_mcpier/sign-in"' in reply.body
    door = stage.page("GET", "/_mcpier/sign-in", host="app")
    assert door.status == 401
    assert b"Operator token" in door.body
    assert b"<script" not in door.body


def test_the_door_leads_the_signed_in_to_the_portal(stage: Stage, session: dict[str, str]) -> None:
    reply = stage.page("GET", "/_mcpier/sign-in", session, host="app")
    assert (reply.status, reply.one("location")) == (303, "/")


@pytest.mark.parametrize("value", ["wrong", ALICE, VIEWER, "", " "])
def test_no_other_token_signs_in(stage: Stage, value: str) -> None:
    reply = sign_in(stage, value, "app")
    assert reply.status in (400, 401)
    assert reply.all("set-cookie") == []


def test_an_operators_token_opens_nothing_but_the_portal(
    stage: Stage, session: dict[str, str]
) -> None:
    assert sign_in(stage, OPERATOR, "vnc-demo").status == 401
    assert stage.gate(bearer(OPERATOR)).status == 401
    assert stage.gate(bearer(OPERATOR), "app", "/").status == 401
    assert stage.gate(session, "vnc-demo", "/vnc.html").status == 401
    view = session_of(sign_in(stage))
    assert stage.gate(view, "app", "/").status == 401


@pytest.mark.parametrize("origin", ["https://evil.test", "null", f"https://vnc-demo.{DOMAIN}:8443"])
def test_no_foreign_page_signs_in_or_reads(
    stage: Stage, session: dict[str, str], origin: str
) -> None:
    assert sign_in(stage, OPERATOR, "app", origin).status == 403
    assert stage.gate(session | {"Origin": origin}, "app", "/events").status == 403


def test_signing_out_ends_every_copy_of_the_session(stage: Stage, session: dict[str, str]) -> None:
    foreign = stage.page("POST", "/_mcpier/sign-out", session, host="app")
    assert foreign.status == 403
    assert stage.gate(session, "app", "/").status == 204
    own = session | {"Origin": ORIGIN}
    reply = stage.page("POST", "/_mcpier/sign-out", own, host="app")
    assert (reply.status, reply.one("location")) == (303, "/_mcpier/sign-in")
    assert "Max-Age=0" in reply.one("set-cookie")
    assert stage.gate(session, "app", "/").status == 401


def test_a_session_ends_by_itself(stage: Stage, session: dict[str, str]) -> None:
    stage.pass_time(LONGEST_SESSION - 1)
    assert stage.gate(session, "app", "/").status == 204
    stage.pass_time(1)
    assert stage.gate(session, "app", "/").status == 401


def test_another_generation_of_the_token_ends_its_sessions(
    stage: Stage, session: dict[str, str]
) -> None:
    renewed = token("carol", "another-token-0123456789", "operator")
    stage.sync(record(), portal_record(tokens=[renewed]))
    stage.pass_time(1)
    assert stage.gate(session, "app", "/").status == 401
    assert sign_in(stage, OPERATOR, "app").status == 401


def test_a_link_opens_the_portal_once(stage: Stage) -> None:
    path = path_of(PORTAL, Grant.OPERATOR, OPERATOR)
    asked = stage.page("GET", path, host="app")
    assert b"This link opens the portal once." in asked.body
    reply = press(stage, path, "app")
    assert (reply.status, reply.one("location")) == (303, "/")
    assert stage.gate(session_of(reply), "app", "/").status == 204
    assert press(stage, path, "app").status == 401


def test_a_link_to_a_view_does_not_open_the_portal(stage: Stage) -> None:
    assert press(stage, path_of(), "app").status == 401
    assert press(stage, path_of(PORTAL, Grant.OPERATOR, OPERATOR), "vnc-demo").status == 401


def test_wrong_operator_tokens_are_throttled(stage: Stage) -> None:
    replies = [sign_in(stage, "wrong", "app") for _ in range(21)]
    assert [reply.status for reply in replies] == [401] * 20 + [429]
    assert sign_in(stage, OPERATOR, "app").status == 303


def test_where_there_is_no_portal_its_host_is_nobodys(stage: Stage) -> None:
    stage.sync(record())
    reply = stage.gate({}, "app", "/")
    assert (reply.status, reply.json()["error"]) == (404, "not_found")
    assert sign_in(stage, OPERATOR, "app").status == 401


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (
            portal_record(tokens=[token("carol", OPERATOR, "view")]),
            "instances[0].tokens[0].grant: expected operator, found view",
        ),
        (
            record(tokens=[token("carol", OPERATOR, "operator")]),
            "instances[0].tokens[0].grant: expected mcp, view or watch, found operator",
        ),
    ],
)
def test_the_registry_takes_operators_tokens_for_the_portal_alone(
    wrong: dict[str, object], problem: str
) -> None:
    with pytest.raises(AuthgateError) as raised:
        read_document(document(wrong))
    assert raised.value.problems == (problem,)
