"""A token counts in one header, of one form, at its own instance."""

from base64 import b64encode
from hashlib import sha256

import pytest

from tests.attack.attacks import Attack, assert_repelled
from tests.attack.edge import Edge, echoed, host, request

ALICE = "Authorization: Bearer <alice>"
WRONG = "Authorization: Bearer wrong"


TWICE = {
    "wrong and right": Attack(request(WRONG, ALICE), 400),
    "right and wrong": Attack(request(ALICE, WRONG), 400),
    "right and right": Attack(request(ALICE, ALICE), 400),
    "right and empty": Attack(request(ALICE, "Authorization:"), 400),
    "right and in small letters": Attack(request(ALICE, "authorization: Basic eDp5"), 400),
    "both in one header": Attack(request("Authorization: Bearer wrong, Bearer <alice>"), 401),
}
SPELT = {
    "empty": Attack(request("Authorization:"), 401),
    "the scheme alone": Attack(request("Authorization: Bearer"), 401),
    "the scheme and spaces": Attack(request("Authorization: Bearer   "), 401),
    "no scheme": Attack(request("Authorization: <alice>"), 401),
    "scheme Token": Attack(request("Authorization: Token <alice>"), 401),
    "scheme Basic": Attack(request("Authorization: Basic <alice>"), 401),
    "scheme DPoP": Attack(request("Authorization: DPoP <alice>"), 401),
    "a colon": Attack(request("Authorization: Bearer: <alice>"), 401),
    "quotes": Attack(request('Authorization: Bearer "<alice>"'), 401),
    "a tab": Attack(request("Authorization: Bearer\t<alice>"), 400),
    "a word more": Attack(request("Authorization: Bearer <alice> more"), 401),
    "a comma more": Attack(request("Authorization: Bearer <alice>,"), 401),
    "a letter more": Attack(request("Authorization: Bearer <alice>a"), 401),
    "padding more": Attack(request("Authorization: Bearer <alice>="), 401),
    "a control character": Attack(request("Authorization: Bearer <alice>\x01"), 400),
    "a delete character": Attack(request("Authorization: Bearer <alice>\x7f"), 400),
    "a null character": Attack(request("Authorization: Bearer <alice>\0"), 400),
    "a carriage return": Attack(request("Authorization: Bearer <alice>\rX: y"), 400),
    "a letter beyond ASCII": Attack(request("Authorization: Bearer <alice>\xe9"), 400),
    "a folded line": Attack(request("Authorization: Bearer", " wrong"), 401),
    "over 4 KiB": Attack(request(f"Authorization: Bearer {'a' * 5000}"), 400),
    "over 4 KiB of spaces, then the token": Attack(
        request(f"Authorization: Bearer{' ' * 5000}<alice>"), 400
    ),
    "a space before the colon": Attack(request("Authorization : Bearer <alice>"), 400),
}
ELSEWHERE = {
    "the query": Attack(request(target="/mcp?access_token=<alice>"), 401),
    "the query, as a header": Attack(request(target="/mcp?Authorization=Bearer+<alice>"), 401),
    "the path": Attack(request(target="/<alice>/mcp"), 401),
    "the fragment": Attack(request(target="/mcp#access_token=<alice>"), 400),
    "a cookie": Attack(request("Cookie: Authorization=Bearer <alice>; token=<alice>"), 401),
    "a cookie of the live view's name": Attack(request("Cookie: __Host-mcpier-view=<view>"), 401),
    "the userinfo of the target": Attack(
        request(target=f"https://alice:<alice>@{host('mcp-echo')}/mcp"), 401
    ),
    "Proxy-Authorization": Attack(request("Proxy-Authorization: Bearer <alice>"), 401),
    "X-Authorization": Attack(request("X-Authorization: Bearer <alice>"), 401),
    "X-Forwarded-Authorization": Attack(request("X-Forwarded-Authorization: Bearer <alice>"), 401),
    "X-Api-Key": Attack(request("X-Api-Key: <alice>"), 401),
    "a WebSocket's protocols": Attack(
        request(
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
            "Sec-WebSocket-Protocol: bearer, <alice>",
        ),
        401,
    ),
    "a trailer": Attack(
        request("Transfer-Encoding: chunked", "Trailer: Authorization", method="POST")
        + b"0\r\nAuthorization: Bearer <alice>\r\n\r\n",
        401,
    ),
    "Authorization, dropped by Connection": Attack(
        request(ALICE, "Connection: Authorization"), 401
    ),
}
FOREIGN = {
    "another instance's": Attack(request("Authorization: Bearer <bob>"), 401),
    "a stopped instance's": Attack(request("Authorization: Bearer <carol>"), 401),
    "the live view's": Attack(request("Authorization: Bearer <view>"), 401),
    "ours, at another instance": Attack(request(ALICE, to="mcp-second"), 401),
    "ours, at an instance that is not there": Attack(request(ALICE, to="mcp-nobody"), 401),
    "ours, at a stopped instance": Attack(request(ALICE, to="mcp-halted"), 401),
}


@pytest.mark.parametrize("attack", TWICE.values(), ids=TWICE.keys())
def test_two_credentials_are_refused_even_if_one_is_right(edge: Edge, attack: Attack) -> None:
    assert_repelled(edge, attack)


@pytest.mark.parametrize("attack", SPELT.values(), ids=SPELT.keys())
def test_a_token_in_any_other_form_is_refused(edge: Edge, attack: Attack) -> None:
    assert_repelled(edge, attack)


@pytest.mark.parametrize("attack", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_a_token_in_any_other_place_is_refused(edge: Edge, attack: Attack) -> None:
    assert_repelled(edge, attack)


@pytest.mark.parametrize("attack", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_token_of_anything_else_is_refused(edge: Edge, attack: Attack) -> None:
    assert_repelled(edge, attack)


def test_what_an_intruder_could_make_of_a_token_is_refused(edge: Edge) -> None:
    token = edge.filled("<alice>")
    made = {
        "its first half": token[: len(token) // 2],
        "all but its last letter": token[:-1],
        "its letters in the other case": token.swapcase(),
        "its digest, as the registry keeps it": sha256(token.encode()).hexdigest(),
        "twice the token": token * 2,
        "its name": "alice",
    }
    for value in made.values():
        assert_repelled(edge, Attack(request(f"Authorization: Bearer {value}"), 401))
    basic = b64encode(f"alice:{token}".encode()).decode()
    assert_repelled(edge, Attack(request(f"Authorization: Basic {basic}"), 401))
    form = "Content-Type: application/x-www-form-urlencoded"
    posted = request(form, method="POST", body=f"access_token={token}")
    assert_repelled(edge, Attack(posted, 401))


def test_an_address_that_guesses_is_told_to_wait_while_its_neighbour_with_a_token_passes(
    edge: Edge,
) -> None:
    before = edge.heard()
    guess = request(WRONG, to="mcp-nobody")
    first, *_, last = edge.send_from_one_address([guess] * 24)
    assert (first.status, last.status) == (401, 429)
    (wait,) = last.values("retry-after")
    assert 1 <= int(wait) <= 60
    assert last.values("content-type") == ["application/json"]
    assert edge.heard() == before
    mixed = edge.send_from_one_address([request(WRONG)] * 24 + [request(ALICE)])
    assert [answer.status for answer in mixed[-2:]] == [429, 200]


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-Ip", "Forwarded"])
def test_no_address_that_a_guesser_claims_buys_it_another_guess(edge: Edge, header: str) -> None:
    claims = [f"{'for=' * (header == 'Forwarded')}203.0.113.{number}" for number in range(24)]
    guesses = [request(WRONG, f"{header}: {claim}", to="mcp-nobody") for claim in claims]
    assert [answer.status for answer in edge.send_from_one_address(guesses)[-2:]] == [429, 429]


def test_the_right_token_in_its_place_passes(edge: Edge) -> None:
    heard = echoed(edge.send(request(ALICE)))
    assert heard["request"] == "GET /mcp HTTP/1.1"
    assert echoed(edge.send(request("authorization: bearer   <alice>")))["port"] == 8080
