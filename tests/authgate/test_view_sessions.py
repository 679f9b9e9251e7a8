"""The session of the live view: what ends it, and what never was one."""

import re

import pytest

from tests.authgate.harness import DOMAIN, VIEWER, Stage, record, session_of, sign_in, token

ORIGIN = f"https://vnc-demo.{DOMAIN}:8443"


@pytest.fixture
def session(stage: Stage) -> dict[str, str]:
    return session_of(sign_in(stage))


def test_a_session_forged_in_any_character_is_refused(
    stage: Stage, session: dict[str, str]
) -> None:
    value = session["Cookie"]
    start = value.index("=") + 1
    for place in range(start, len(value)):
        other = "A" if value[place] != "A" else "B"
        forged = value[:place] + other + value[place + 1 :]
        assert stage.gate({"Cookie": forged}, host="vnc-demo").status == 401, place


def test_a_session_of_another_host_is_refused(stage: Stage) -> None:
    stage.sync(record(), record("other"))
    foreign = session_of(sign_in(stage, host="vnc-other"))
    assert stage.gate(foreign, host="vnc-other").status == 204
    assert stage.gate(foreign, host="vnc-demo").status == 401


def test_two_session_cookies_are_refused(stage: Stage, session: dict[str, str]) -> None:
    twice = {"Cookie": f"{session['Cookie']}; {session['Cookie']}"}
    assert stage.gate(twice, host="vnc-demo").status == 401


def test_a_session_ends_after_twelve_hours(stage: Stage, session: dict[str, str]) -> None:
    stage.pass_time(12 * 3600 - 1)
    assert stage.gate(session, host="vnc-demo").status == 204
    stage.pass_time(1)
    assert stage.gate(session, host="vnc-demo").status == 401
    assert stage.page("GET", "/", session).status == 401


def test_a_session_never_outlives_its_token(stage: Stage) -> None:
    stage.sync(record(tokens=[token("viewer", VIEWER, "view", "2026-11-18")]))
    stage.now = 1_795_046_400.0 - 60  # a minute before the end of 2026-11-18, UTC
    reply = sign_in(stage)
    assert re.search(r"Max-Age=60;", reply.one("set-cookie"))
    session = session_of(reply)
    assert stage.gate(session, host="vnc-demo").status == 204
    stage.pass_time(60)
    assert stage.gate(session, host="vnc-demo").status == 401


@pytest.mark.parametrize(
    "tokens",
    [[], [token("viewer", "another", "view")], [token("viewer", VIEWER, "mcp")]],
    ids=["removed", "replaced", "of another grant"],
)
def test_a_session_ends_with_its_token(
    stage: Stage, session: dict[str, str], tokens: list[dict[str, str]]
) -> None:
    assert stage.gate(session, host="vnc-demo").status == 204
    stage.sync(record(tokens=tokens))
    stage.pass_time(1)
    assert stage.gate(session, host="vnc-demo").status == 401


def test_a_new_session_key_ends_all_sessions(stage: Stage, session: dict[str, str]) -> None:
    stage.sync(record(), key=bytes(32))
    stage.pass_time(1)
    assert stage.gate(session, host="vnc-demo").status == 401


def test_signing_out_ends_every_copy_of_the_session(stage: Stage, session: dict[str, str]) -> None:
    assert b"Sign out" in stage.page("GET", "/_mcpier/sign-out", session).body
    other = session_of(sign_in(stage))
    stage.pass_time(1)
    later = session_of(sign_in(stage))
    assert other == session
    reply = stage.page("POST", "/_mcpier/sign-out", session | {"Origin": ORIGIN})
    assert reply.status == 303
    assert "Max-Age=0" in reply.one("set-cookie")
    assert stage.gate(session, host="vnc-demo").status == 401
    assert stage.gate(later, host="vnc-demo").status == 204


def test_nobody_is_signed_out_from_another_origin(stage: Stage, session: dict[str, str]) -> None:
    evil = session | {"Origin": "https://evil.test"}
    assert stage.page("POST", "/_mcpier/sign-out", evil).status == 403
    assert stage.gate(session, host="vnc-demo").status == 204
