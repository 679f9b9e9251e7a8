"""No version, framing or upgrade of HTTP/1 gets past the gate."""

import pytest

from tests.attack.attacks import Attack, assert_repelled
from tests.attack.edge import Edge, echoed, host, request
from tests.attack.stack import PLACE

ALICE = "Authorization: Bearer <alice>"
HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
H2C = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"]
WEBSOCKET = [
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
]
VERSIONS = {
    "HTTP/1.0": Attack(request(version="HTTP/1.0"), 401),
    "HTTP/1.0 without a host": Attack(
        b"GET /mcp HTTP/1.0\r\nAuthorization: Bearer <alice>\r\n\r\n", 404
    ),
    "HTTP/1.0 with an absolute target": Attack(
        f"GET https://{host('mcp-echo')}/mcp HTTP/1.0\r\n\r\n".encode(), 401
    ),
    "HTTP/0.9": Attack(b"GET /mcp\r\n\r\n", 400),
    "HTTP/1.2": Attack(request(version="HTTP/1.2"), 401),
    "HTTP/3.0": Attack(request(ALICE, version="HTTP/3.0"), 505),
    "HTTP/2 where HTTP/1.1 was agreed": Attack(HTTP2_PREFACE, 404),
    "a version in small letters": Attack(request(ALICE, version="http/1.1"), 400),
    "TLS within TLS": Attack(bytes.fromhex("16030100050100000100") + b"\r\n\r\n", 400),
    "noise": Attack(b"\x00\xff" * 40 + b"\r\n\r\n", 400),
}
UPGRADES = {
    "h2c": Attack(request(*H2C), 401),
    "h2c with a wrong token": Attack(request("Authorization: Bearer wrong", *H2C), 401),
    "h2c and the preface at once": Attack(request(*H2C) + HTTP2_PREFACE, 401),
    "h2c, Connection in two headers": Attack(
        request("Connection: Upgrade", "Connection: HTTP2-Settings", *H2C[1:]), 401
    ),
    "h2c by POST": Attack(request(*H2C, method="POST", body="x"), 401),
    "a WebSocket": Attack(request(*WEBSOCKET), 401),
    "a WebSocket and h2c": Attack(request(*WEBSOCKET, *H2C), 401),
    "TLS": Attack(request("Connection: Upgrade", "Upgrade: TLS/1.2"), 401),
}
CHUNKED = "Transfer-Encoding: chunked"
SECOND_REQUEST = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"


def post(*headers: str) -> bytes:
    return request(ALICE, *headers, method="POST")


FRAMING = {
    "two lengths": Attack(post("Content-Length: 0", "Content-Length: 37"), 400),
    "a list of lengths": Attack(post("Content-Length: 0, 37"), 400),
    "a negative length": Attack(post("Content-Length: -1"), 400),
    "a length with a sign": Attack(post("Content-Length: +0"), 400),
    "a length in hex": Attack(post("Content-Length: 0x25"), 400),
    "a length beyond all bounds": Attack(post(f"Content-Length: {'9' * 40}"), 400),
    "an unknown coding": Attack(post("Transfer-Encoding: xchunked"), 501),
    "two codings": Attack(post("Transfer-Encoding: gzip, chunked"), 501),
    "chunked twice": Attack(post(CHUNKED, CHUNKED), 501),
    "chunked, a vertical tab before": Attack(post("Transfer-Encoding: \x0bchunked"), 400),
    "chunked, a space before the colon": Attack(post("Transfer-Encoding : chunked"), 400),
    "a header without a colon": Attack(request(ALICE, "nonsense"), 400),
    "a header without a name": Attack(request(ALICE, ": x"), 400),
    "a header with a null character": Attack(request(ALICE, "X-A: a\0b"), 400),
    "a header with a bare carriage return": Attack(request(ALICE, "X-A: a\rX-B: b"), 400),
    "a first header that is folded": Attack(
        b"GET /mcp HTTP/1.1\r\n Host: x\r\nAuthorization: Bearer <alice>\r\n\r\n", 400
    ),
    "an expectation that nobody knows": Attack(post("Expect: 200-ok", "Content-Length: 0"), 417),
    "40 KiB of headers": Attack(request(ALICE, *(f"X-{n}: {'a' * 1000}" for n in range(40))), 431),
    "one header of 100 KiB": Attack(request(f"X-A: {'a' * 100_000}"), 431),
    "20,000 small headers": Attack(request(*["a: b"] * 20_000), 431),
    "a target of 100 KiB": Attack(request(target=f"/{'a' * 100_000}"), 431),
}


@pytest.mark.parametrize("attack", VERSIONS.values(), ids=VERSIONS.keys())
def test_no_version_is_without_the_gate(edge: Edge, attack: Attack) -> None:
    assert_repelled(edge, attack)


@pytest.mark.parametrize("attack", UPGRADES.values(), ids=UPGRADES.keys())
def test_no_upgrade_digs_a_tunnel_past_the_gate(edge: Edge, attack: Attack) -> None:
    assert_repelled(edge, attack)


@pytest.mark.parametrize("attack", FRAMING.values(), ids=FRAMING.keys())
def test_a_request_of_doubtful_bounds_is_refused_even_with_a_token(
    edge: Edge, attack: Attack
) -> None:
    assert_repelled(edge, attack)


SMUGGLED = {
    "behind a request": post("Content-Length: 0") + SECOND_REQUEST,
    "behind a length with a leading zero": post("Content-Length: 00") + SECOND_REQUEST,
    "behind a last chunk": post(CHUNKED) + b"0\r\n\r\n" + SECOND_REQUEST,
    "behind a last chunk of many zeros": post(CHUNKED) + b"00000\r\n\r\n" + SECOND_REQUEST,
    "behind chunks, in a longer length": post("Content-Length: 70", CHUNKED)
    + b"0\r\n\r\n"
    + SECOND_REQUEST,
    "behind a shorter length, in chunks": post(CHUNKED, "Content-Length: 4")
    + b"23\r\n"
    + SECOND_REQUEST
    + b"\r\n0\r\n\r\n",
    "behind a chunk's extension": post(CHUNKED) + b"0;a=b\r\n\r\n" + SECOND_REQUEST,
    "in a chunk's extension": post(CHUNKED)
    + b"0;\nGET /smuggled HTTP/1.1\r\n\r\n"
    + SECOND_REQUEST,
    "in a trailer": post(CHUNKED) + b"0\r\n" + SECOND_REQUEST,
    "in a body": post(f"Content-Length: {len(SECOND_REQUEST)}") + SECOND_REQUEST,
    "behind an expectation": post("Expect: 100-continue", "Content-Length: 0") + SECOND_REQUEST,
    "behind a GET with a body": request(ALICE, "Content-Length: 4") + b"abcd" + SECOND_REQUEST,
}


@pytest.mark.parametrize("raw", SMUGGLED.values(), ids=SMUGGLED.keys())
def test_a_second_request_hidden_in_one_that_is_allowed_stays_outside(
    edge: Edge, raw: bytes
) -> None:
    edge.send(raw)
    # The backend's next request finds its connection in order.
    assert echoed(edge.send(request(ALICE)))["request"] == "GET /mcp HTTP/1.1"
    assert all(backend["/smuggled"] == 0 for backend in edge.heard().values())


def test_each_request_of_a_connection_is_judged_by_itself(edge: Edge) -> None:
    requests = [request(ALICE), request(), request(to="mcp-second"), request(ALICE)]
    answers = edge.send_from_one_address(requests)
    assert [answer.status for answer in answers] == [200, 401, 401, 200]


PLAIN = {
    "a request": request(ALICE),
    "POST": request(ALICE, method="POST", body="x"),
    "a proxy's word that it was HTTPS": request(ALICE, "X-Forwarded-Proto: https"),
    "a proxy's word on the port": request(ALICE, f"X-Forwarded-Port: {PLACE.https_port}"),
    "h2c": request(ALICE, *H2C),
    "a WebSocket": request(ALICE, *WEBSOCKET),
    "an absolute target": request(ALICE, target=f"https://{host('mcp-echo')}/mcp"),
    "the live view": request(to="vnc-echo", target="/vnc.html"),
    "a certificate authority's challenge": request(target="/.well-known/acme-challenge/x"),
}


@pytest.mark.parametrize("raw", PLAIN.values(), ids=PLAIN.keys())
def test_without_tls_there_is_nothing_but_the_way_to_it(edge: Edge, raw: bytes) -> None:
    before = edge.heard()
    answer = edge.send_plain(raw)
    assert answer.status in (301, 308)
    assert answer.values("location")[0].startswith("https://")
    assert edge.heard() == before


def test_connect_without_tls_reaches_nothing(edge: Edge) -> None:
    before = edge.heard()
    assert edge.send_plain(request(method="CONNECT", target="127.0.0.1:8080")).status == 501
    assert edge.heard() == before


def test_an_instance_is_served_at_the_https_port_alone(edge: Edge) -> None:
    """Its labels name no entry point."""
    assert edge.send_plain(request(ALICE), PLACE.admin_port).status == 404
    assert edge.send(request(ALICE)).status == 200
