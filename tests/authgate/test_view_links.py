"""One-time links to the live view: what they open, and how often."""

import json

from authgate.model import Grant, Token
from authgate.tickets import LIFE, Ticket, UsedTickets
from tests.authgate.harness import NOON, Stage, session_of
from tests.authgate.links import last_reason, path_of, press


def test_a_link_shows_a_button_without_script_and_the_button_opens_a_session(stage: Stage) -> None:
    path = path_of()
    asked = stage.page("GET", path)
    assert asked.status == 200
    assert b'<form method="post">' in asked.body
    assert b"<script" not in asked.body
    reply = press(stage, path)
    assert (reply.status, reply.one("location")) == (303, "/")
    allowed = stage.gate(session_of(reply), host="vnc-demo", uri="/vnc.html")
    assert (allowed.status, allowed.one("x-mcpier-client")) == (204, "viewer")


def test_looking_at_a_link_does_not_use_it_up(stage: Stage) -> None:
    path = path_of()
    looks = [stage.page(method, path) for method in ("GET", "HEAD", "GET")]
    assert [(look.status, look.all("set-cookie")) for look in looks] == [(200, [])] * 3
    assert press(stage, path).status == 303


def test_a_link_is_good_once(stage: Stage) -> None:
    path = path_of()
    assert press(stage, path).status == 303
    again = press(stage, path)
    assert (again.status, again.all("set-cookie")) == (401, [])
    assert b"This link has been used already." in again.body
    assert last_reason(stage) == "used_ticket"
    assert press(stage, path_of(nonce=bytes(15) + b"1")).status == 303


def test_a_link_is_good_for_two_minutes(stage: Stage) -> None:
    early, late = path_of(nonce=b"1" * 16), path_of(nonce=b"2" * 16)
    stage.pass_time(LIFE - 1)
    assert press(stage, early).status == 303
    stage.pass_time(1)
    reply = press(stage, late)
    assert (reply.status, reply.all("set-cookie")) == (401, [])
    assert b"This link is too old." in reply.body
    assert last_reason(stage) == "expired_ticket"


def test_a_link_made_before_a_restart_is_refused_since_it_may_have_been_used(stage: Stage) -> None:
    path = path_of()
    assert press(stage, path).status == 303
    restarted = Stage(stage.folder, now=NOON + 5)
    assert press(restarted, path).status == 401
    assert press(restarted, path_of(now=NOON + 5)).status == 303


def test_neither_the_log_nor_what_the_browser_says_next_has_the_ticket(stage: Stage) -> None:
    path = path_of()
    replies = [stage.page("GET", path), press(stage, path), press(stage, path)]
    assert {reply.one("referrer-policy") for reply in replies} == {"strict-origin"}
    assert {reply.one("cache-control") for reply in replies} == {"no-store"}
    lines = [json.loads(line) for line in stage.lines]
    assert [(line["door"], line["token"], line["reason"]) for line in lines] == [
        ("link", "viewer", "allowed"),
        ("link", "viewer", "used_ticket"),
    ]
    assert path.rpartition("/")[2] not in b"".join(stage.lines).decode()


def test_without_a_session_key_links_are_unavailable(stage: Stage) -> None:
    (stage.folder / "session.key").unlink()
    assert press(stage, path_of()).status == 503


def test_a_full_table_refuses_links_until_old_ones_expire() -> None:
    one = Token("viewer", bytes(32), Grant.VIEW, None)
    used = UsedTickets(0.0, table_size=2)
    tickets = [Ticket(one, 1000 + number, str(number)) for number in range(3)]
    assert [used.use(ticket, 999.0) for ticket in tickets] == [True, True, False]
    assert len(used) == 2
    assert used.use(tickets[2], 1000.0)
    assert len(used) == 2
