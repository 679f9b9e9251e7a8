"""A refusal does not tell whether there is such an instance, nor how it fares."""

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

import pytest

from tests.attack.edge import Edge, request
from tests.attack.stack import AILING, DOMAIN, HALTED, PLACE, SECOND, UNKNOWN

IDS = (SECOND, UNKNOWN, HALTED, AILING)
WRONG = ("authorization", "Bearer wrong")
PREFLIGHT = ("access-control-request-method", "POST")
FOREIGN = ("origin", "https://evil.example")
BODYLESS = ("content-length", "0")


class Case(NamedTuple):
    """A request that every instance of a kind is sent."""

    headers: Sequence[tuple[str, str]] = ()
    method: str = "GET"
    target: str = "/mcp"
    kind: str = "mcp"


CASES = {
    "no token": Case(),
    "a wrong token": Case([WRONG]),
    "another instance's token": Case([("authorization", "Bearer <alice>")]),
    "two tokens": Case([WRONG, WRONG]),
    "an empty token": Case([("authorization", "")]),
    "another scheme": Case([("authorization", "Basic eDp5")]),
    "a token over 4 KiB": Case([("authorization", f"Bearer {'a' * 5000}")]),
    "POST": Case([WRONG, BODYLESS], method="POST"),
    "HEAD": Case([WRONG], method="HEAD"),
    "DELETE": Case([WRONG], method="DELETE"),
    "OPTIONS": Case(method="OPTIONS"),
    "another path": Case([WRONG], target="/x/y?z=1"),
    "discovery": Case(target="/.well-known/oauth-protected-resource/mcp"),
    "registration": Case([BODYLESS], method="POST", target="/register"),
    "a foreign page": Case([FOREIGN, WRONG]),
    "a foreign page's preflight": Case([FOREIGN, PREFLIGHT], method="OPTIONS"),
    "a listed page's preflight": Case(
        [("origin", "https://app.example.org"), PREFLIGHT], method="OPTIONS"
    ),
    "a preflight without a page": Case([PREFLIGHT], method="OPTIONS"),
    "a forged client": Case([("x-mcpier-client", "admin")]),
    "an alias": Case([("x_mcpier_client", "admin")]),
    "an encoded slash": Case(target="/x%2fmcp"),
    "no session": Case(target="/vnc.html", kind="vnc"),
    "a forged session": Case([("cookie", "__Host-mcpier-view=1:view:x")], kind="vnc"),
    "a token at the view": Case([("authorization", "Bearer <alice>")], kind="vnc"),
    "the page to sign in": Case(target="/", kind="vnc"),
    "the page to sign out": Case(target="/_mcpier/sign-out", kind="vnc"),
    "a page that is not there": Case(target="/_mcpier/nothing", kind="vnc"),
    "a WebSocket": Case(target="/websockify", kind="vnc"),
    "a foreign page at the view": Case([FOREIGN], kind="vnc"),
}
# Capitals, a trailing dot, no port, another port.
SPELLINGS = (
    f"{{}}.{DOMAIN.upper()}:{PLACE.https_port}",
    f"{{}}.{DOMAIN}.:{PLACE.https_port}",
    f"{{}}.{DOMAIN}",
    f"{{}}.{DOMAIN}:1",
)


def anonymous(text: str, id_: str) -> str:
    """An answer without its date, and without the name that was asked for."""
    return re.sub(r"(?im)^date: .*$", "date", text).replace(f"-{id_}", "-ID")


def over_http1(edge: Edge, case: Case, id_: str, authority: str) -> str:
    lines = [f"{case.method} {case.target} HTTP/1.1", f"Host: {authority}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in case.headers]
    raw = edge.send_for_bytes("\r\n".join([*lines, "", ""]).encode())
    return anonymous(raw.decode("latin-1").replace("\r\n", "\n"), id_)


def over_http2(edge: Edge, case: Case, id_: str, authority: str) -> str:
    answer = edge.send_http2(
        [
            (":method", case.method),
            (":scheme", "https"),
            (":path", case.target),
            (":authority", authority),
            *case.headers,
        ]
    )
    lines = [str(answer.status), *(f"{name}: {value}" for name, value in answer.headers)]
    return anonymous("\n".join([*lines, "", answer.body.decode()]), id_)


def name(case: Case, id_: str) -> str:
    return f"{case.kind}-{id_}.{DOMAIN}"


def assert_one_answer(answers: dict[str, str]) -> None:
    assert set(answers) == set(IDS)
    known = answers[SECOND]
    assert {id_: answer for id_, answer in answers.items() if answer != known} == {}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_refusal_is_the_same_to_the_byte_for_every_instance_there_is_or_not(
    edge: Edge, case: Case
) -> None:
    before = edge.heard()
    for ask in (over_http1, over_http2):
        assert_one_answer(
            {id_: ask(edge, case, id_, f"{name(case, id_)}:{PLACE.https_port}") for id_ in IDS}
        )
    assert edge.heard() == before


@pytest.mark.parametrize("kind", ["mcp", "vnc"])
def test_the_spelling_of_a_host_does_not_tell_instances_apart(edge: Edge, kind: str) -> None:
    case = Case([WRONG], target="/x", kind=kind)
    for spelling in SPELLINGS:
        for ask in (over_http1, over_http2):
            spelt = {id_: spelling.format(name(case, id_).partition(".")[0]) for id_ in IDS}
            answers = {id_: ask(edge, case, id_, spelt[id_]) for id_ in IDS}
            assert_one_answer(answers)
            assert "401" in answers[SECOND].splitlines()[0]


def test_an_address_that_guesses_is_told_to_wait_whichever_instance_it_tries(edge: Edge) -> None:
    guess = "GET /mcp HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer wrong\r\n\r\n"
    statuses = {
        id_: [
            answer.status
            for answer in edge.send_from_one_address(
                [guess.format(name(Case(), id_)).encode()] * 24
            )
        ]
        for id_ in IDS
    }
    assert statuses[SECOND].count(429) >= 2
    assert {id_: found for id_, found in statuses.items() if found != statuses[SECOND]} == {}


def test_only_who_holds_its_token_learns_how_an_instance_fares(edge: Edge) -> None:
    told = {HALTED: ("carol", "stopped", "60"), AILING: ("dave", "starting_or_unhealthy", "5")}
    for instance, (token, state, wait) in told.items():
        answer = edge.send(request(f"Authorization: Bearer <{token}>", to=f"mcp-{instance}"))
        assert (answer.status, answer.values("retry-after")) == (503, [wait])
        assert answer.values("content-type") == ["application/json"]
        assert json.loads(answer.body)["state"] == state
    assert edge.status(HALTED, "dave") == 401
    assert edge.status(AILING, "carol") == 401
