"""The instance is what the host says, whatever else names one."""

import pytest

from tests.attack.attacks import Attack, assert_repelled
from tests.attack.edge import Edge, echoed, host, request
from tests.attack.stack import DOMAIN, PLACE
from tests.attack.wire import CUT

ALICE, BOB = "Authorization: Bearer <alice>", "Authorization: Bearer <bob>"

SAME = {
    "the port left out": f"mcp-echo.{DOMAIN}",
    "another port": f"mcp-echo.{DOMAIN}:1",
    "capitals": f"MCP-ECHO.{DOMAIN.upper()}:{PLACE.https_port}",
    "a trailing dot": f"mcp-echo.{DOMAIN}.:{PLACE.https_port}",
    "capitals, a trailing dot, another port": f"Mcp-Echo.{DOMAIN}.:443",
}
OTHER = {
    "another domain": "mcp-echo.evil.example",
    "our domain as a prefix": f"mcp-echo.{DOMAIN}.evil.example",
    "our domain with its dot replaced": f"mcp-echo-{DOMAIN}",
    "a parent of our domain": "mcp-echo.mcpier.localhost",
    "the domain alone": DOMAIN,
    "a label before": f"a.mcp-echo.{DOMAIN}",
    "a label between": f"mcp-echo.a.{DOMAIN}",
    "an empty label between": f"mcp-echo..{DOMAIN}",
    "two trailing dots": f"mcp-echo.{DOMAIN}..",
    "a leading dot": f".mcp-echo.{DOMAIN}",
    "no id": f"mcp-.{DOMAIN}",
    "an underscore": f"mcp-echo_.{DOMAIN}",
    "another kind of endpoint": f"ssh-echo.{DOMAIN}",
    "punycode": f"xn--mcp-echo-.{DOMAIN}",
    "an encoded letter": f"mcp-%65cho.{DOMAIN}",
    "a null character, encoded": f"mcp-echo%00.{DOMAIN}",
    "a port of letters": f"mcp-echo.{DOMAIN}:https",
    "two ports": f"mcp-echo.{DOMAIN}:{PLACE.https_port}:80",
    "the loopback address": f"127.0.0.1:{PLACE.https_port}",
    "the loopback address, IPv6": f"[::1]:{PLACE.https_port}",
    "nothing": "",
}
# Its small letter is k.
KELVIN = "\u212a"
MALFORMED = {
    "fullwidth letters": f"\uff4dcp-echo.{DOMAIN}".encode().decode("latin-1"),
    "a Kelvin sign": f"mcp-echo.{DOMAIN.replace('k', KELVIN)}".encode().decode("latin-1"),
    "userinfo": f"x@mcp-echo.{DOMAIN}",
    "two names with a comma": f"mcp-echo.{DOMAIN}, mcp-second.{DOMAIN}",
    "two names with a space": f"mcp-echo.{DOMAIN} mcp-second.{DOMAIN}",
    "a path behind": f"mcp-echo.{DOMAIN}/mcp",
}


def asking(name: str, *headers: str) -> bytes:
    return "\r\n".join(["GET /mcp HTTP/1.1", f"Host: {name}", *headers, "", ""]).encode("latin-1")


@pytest.mark.parametrize("name", SAME.values(), ids=SAME.keys())
def test_every_spelling_of_a_host_asks_for_that_instances_token(edge: Edge, name: str) -> None:
    for refused in (asking(name), asking(name, BOB)):
        answer = assert_repelled(edge, Attack(refused, 401))
        assert 'realm="mcp-echo"' in answer.values("www-authenticate")[0]
    before = edge.heard()
    echoed(edge.send(asking(name, ALICE)))
    after = edge.heard()
    assert after.pop("echo").total() == before.pop("echo").total() + 1
    assert after == before


@pytest.mark.parametrize("name", OTHER.values(), ids=OTHER.keys())
def test_a_host_that_only_resembles_one_opens_nothing_to_a_valid_token(
    edge: Edge, name: str
) -> None:
    assert_repelled(edge, Attack(asking(name, ALICE), 404))


@pytest.mark.parametrize("name", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_host_that_is_no_name_opens_nothing_to_a_valid_token(edge: Edge, name: str) -> None:
    assert_repelled(edge, Attack(asking(name, ALICE), 400))


UNSETTLED = {
    "no host": Attack(b"GET /mcp HTTP/1.1\r\nAuthorization: Bearer <alice>\r\n\r\n", 400),
    "two hosts": Attack(request(f"Host: {host('mcp-second')}", BOB), 400),
    "two hosts, the same": Attack(request(f"Host: {host('mcp-echo')}", ALICE), 400),
    "a name that is asked for in TLS, and another in the request": Attack(
        request(BOB), 401, f"mcp-second.{DOMAIN}"
    ),
    "the same, the other way round": Attack(request(ALICE, to="mcp-second"), 401),
    "the live view's name in TLS": Attack(request(), 401, f"vnc-echo.{DOMAIN}"),
    "a foreign name in TLS": Attack(request(ALICE), CUT, "mcp-echo.evil.example"),
    "no name in TLS": Attack(request(ALICE), CUT, None),
    "a name two labels deep in TLS": Attack(request(ALICE), CUT, f"a.mcp-echo.{DOMAIN}"),
}


@pytest.mark.parametrize("attack", UNSETTLED.values(), ids=UNSETTLED.keys())
def test_a_request_that_leaves_open_which_host_it_means_opens_nothing(
    edge: Edge, attack: Attack
) -> None:
    assert_repelled(edge, attack)


CLAIMS = {
    "X-Forwarded-Host": f"X-Forwarded-Host: {host('mcp-second')}",
    "X-Forwarded-Host, a list": f"X-Forwarded-Host: {host('mcp-second')}, {host('mcp-echo')}",
    "X-Forwarded-Host, twice": "\r\n".join([f"X-Forwarded-Host: {host('mcp-second')}"] * 2),
    "X-Forwarded-Host, named by Connection": (
        f"X-Forwarded-Host: {host('mcp-second')}\r\nConnection: X-Forwarded-Host"
    ),
    "Connection naming what the edge adds": (
        "Connection: X-Forwarded-Host, X-Forwarded-Uri, X-Forwarded-For, X-Forwarded-Method"
    ),
    "X-Forwarded-Server": f"X-Forwarded-Server: {host('mcp-second')}",
    "Forwarded": f"Forwarded: host={host('mcp-second')};proto=https",
    "X-Host": f"X-Host: {host('mcp-second')}",
    "X-Original-Host": f"X-Original-Host: {host('mcp-second')}",
    "X-MCP-Instance": "X-MCP-Instance: second",
    "X-Mcpier-Instance": "X-Mcpier-Instance: second",
    "X-Forwarded-Uri": "X-Forwarded-Uri: /auth/mcp-bearer-check",
    "X-Forwarded-Method": "X-Forwarded-Method: OPTIONS\r\nAccess-Control-Request-Method: POST",
    "X-HTTP-Method-Override": "X-HTTP-Method-Override: OPTIONS",
    "X-Original-URL": "X-Original-URL: /_mcpier/sign-in",
    "X-Rewrite-URL": "X-Rewrite-URL: /healthz",
    "X-Forwarded-Prefix": "X-Forwarded-Prefix: /_mcpier",
}


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS.keys())
def test_a_header_that_claims_to_know_better_than_the_host_opens_nothing(
    edge: Edge, claim: str
) -> None:
    assert_repelled(edge, Attack(request(claim), 401))
    assert_repelled(edge, Attack(request(claim, BOB), 401))
