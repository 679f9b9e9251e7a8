"""Watching a live view: a grant of its own, with a VNC password of its own."""

import pytest

from components.core.tickets import Grant
from tests.authgate.harness import (
    VIEWER,
    WATCHER,
    Stage,
    bearer,
    record,
    session_of,
    sign_in,
    token,
)
from tests.authgate.links import path_of, press

CONTROL_PASSWORD, WATCH_PASSWORD = "pa%23s-w%3Fd", "wa%26ch%3Der"


def test_a_watcher_gets_the_password_that_only_watches(stage: Stage) -> None:
    session = session_of(sign_in(stage, WATCHER))
    _, _, fragment = stage.page("GET", "/", session).one("location").partition("#")
    assert fragment == (
        f"autoconnect=1&resize=scale&reconnect=1&view_only=1&password={WATCH_PASSWORD}"
    )


def test_a_watcher_never_gets_the_password_that_acts(stage: Stage) -> None:
    stage.sync(record(vncWatchPassword=None))
    session = session_of(sign_in(stage, WATCHER))
    location = stage.page("GET", "/", session).one("location")
    assert location.endswith("&view_only=1")
    assert CONTROL_PASSWORD not in location


def test_a_link_to_watch_opens_a_session_that_watches(stage: Stage) -> None:
    session = session_of(press(stage, path_of(grant=Grant.WATCH, value=WATCHER)))
    assert stage.gate(session, host="vnc-demo").one("x-mcpier-client") == "watcher"
    assert WATCH_PASSWORD in stage.page("GET", "/", session).one("location")


@pytest.mark.parametrize(("value", "grant"), [(VIEWER, "watch"), (WATCHER, "view")])
def test_a_session_ends_when_its_token_changes_its_grant(
    stage: Stage, value: str, grant: str
) -> None:
    name = "viewer" if value == VIEWER else "watcher"
    session = session_of(sign_in(stage, value))
    assert stage.gate(session, host="vnc-demo").status == 204
    stage.sync(record(tokens=[token(name, value, grant)]))
    stage.pass_time(1)
    assert stage.gate(session, host="vnc-demo").status == 401


def test_two_tokens_of_one_name_keep_their_own_grants(stage: Stage) -> None:
    both = [token("screen", VIEWER, "view"), token("screen", WATCHER, "watch")]
    stage.sync(record(tokens=both))
    for value, password in ((VIEWER, CONTROL_PASSWORD), (WATCHER, WATCH_PASSWORD)):
        session = session_of(sign_in(stage, value))
        assert stage.page("GET", "/", session).one("location").endswith(f"={password}")


def test_a_watch_token_opens_no_mcp(stage: Stage) -> None:
    assert stage.gate(bearer(WATCHER)).status == 401
