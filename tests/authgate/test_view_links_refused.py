"""What looks like a one-time link to the live view, and opens nothing."""

import hashlib
import hmac
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable

import pytest

from authgate.tickets import SKEW
from components.core.secrets import Root
from components.core.tickets import Grant
from tests.authgate.harness import ALICE, NOON, ROOT, VIEWER, WATCHER, Stage, record, token
from tests.authgate.links import last_reason, path_of, press


def test_a_link_from_far_in_the_future_is_refused(stage: Stage) -> None:
    assert press(stage, path_of(now=NOON + SKEW)).status == 303
    assert press(stage, path_of(now=NOON + SKEW + 1)).status == 401


def test_a_link_forged_in_any_character_is_refused(stage: Stage) -> None:
    path = path_of()
    for place in range(path.rindex("/") + 1, len(path)):
        other = "1" if path[place] != "1" else "2"
        forged = path[:place] + other + path[place + 1 :]
        assert press(stage, forged, host="vnc-demo").status in (401, 429), place
        assert last_reason(stage) in ("wrong_ticket", "throttled"), place
    assert press(stage, path).status == 303


@pytest.mark.parametrize(
    "made",
    [
        lambda: path_of("other", value="of-other"),
        lambda: path_of("other"),
        lambda: path_of(root=Root(key=bytes(32), drawn_at=1)),
        lambda: path_of(grant=Grant.WATCH),
        lambda: path_of(value=WATCHER),
        lambda: path_of(value=ALICE),
        lambda: "/_mcpier/enter/" + "1" * 5000,
        lambda: f"/_mcpier/enter/{int(NOON) + 60}.{'A' * 22}.",
    ],
    ids=[
        "of another host",
        "signed for another host",
        "of another stack",
        "of another grant",
        "a watcher's, to control",
        "of an MCP token",
        "too long",
        "without a signature",
    ],
)
def test_any_other_link_is_refused(stage: Stage, made: Callable[[], str]) -> None:
    reply = press(stage, made())
    assert (reply.status, reply.all("set-cookie")) == (401, [])
    assert last_reason(stage) == "wrong_ticket"


def test_an_mcp_token_gives_no_session_even_if_a_link_is_signed_for_it(stage: Stage) -> None:
    expires, salt = int(NOON) + 60, "A" * 22
    digest = hashlib.sha256(ALICE.encode()).hexdigest()
    covered = f"mcp\n{digest}\n{expires}\n{salt}".encode()
    signed = hmac.digest(b64decode(ROOT.ticket_key("demo")), covered, "sha256")
    signature = urlsafe_b64encode(signed).decode().rstrip("=")
    assert press(stage, f"/_mcpier/enter/{expires}.{salt}.{signature}").status == 401


def test_a_link_ends_with_its_token_and_with_the_session_key(stage: Stage) -> None:
    path = path_of()
    stage.sync(record(tokens=[token("viewer", "another", "view")]))
    assert press(stage, path).status == 401
    stage.sync(record(), key=bytes(32))
    stage.pass_time(1)
    assert press(stage, path).status == 401


def test_a_link_of_an_expired_token_is_refused(stage: Stage) -> None:
    gone = token("viewer", VIEWER, "view", "2026-11-01")
    stage.sync(record(tokens=[gone]))
    assert press(stage, path_of()).status == 401
    assert last_reason(stage) == "expired_token"


@pytest.mark.parametrize("origin", ["https://evil.test", "null"])
def test_a_button_on_another_site_neither_enters_nor_uses_the_link_up(
    stage: Stage, origin: str
) -> None:
    path = path_of()
    assert press(stage, path, origin=origin).status == 403
    assert stage.page("POST", path, {}).status == 403
    assert press(stage, path).status == 303


def test_unknown_views_answer_links_like_known_ones(stage: Stage) -> None:
    def replies(host: str) -> str:
        path = path_of(root=Root(key=bytes(32), drawn_at=1))
        return repr([stage.page("GET", path, host=host), press(stage, path, host)])

    assert replies("vnc-demo") == replies("vnc-none").replace("vnc-none", "vnc-demo")


def test_mcp_hosts_have_no_links(stage: Stage) -> None:
    replies = [stage.page("GET", path_of(), host="mcp-demo"), press(stage, path_of(), "mcp-demo")]
    assert [(reply.status, reply.all("set-cookie")) for reply in replies] == [(503, [])] * 2


def test_forged_links_are_throttled_and_a_good_one_still_opens(stage: Stage) -> None:
    replies = [press(stage, "/_mcpier/enter/x") for _ in range(21)]
    assert [reply.status for reply in replies] == [401] * 20 + [429]
    assert press(stage, path_of()).status == 303
