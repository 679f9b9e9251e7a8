"""What the edge promises, one row after the other."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from tests.authgate.harness import ALICE, DOMAIN, NOON, VIEWER, Reply, Stage, bearer, record, token

TODAY = datetime.fromtimestamp(NOON, UTC).date()
OWN_ORIGIN = f"https://mcp-demo.{DOMAIN}:8443"


def test_a_valid_token_passes_and_names_its_client_to_the_instance(stage: Stage) -> None:
    reply = stage.gate(bearer(ALICE))
    assert (reply.status, reply.body) == (204, b"")
    assert reply.headers == [("x-mcpier-client", "alice")]


def test_the_scheme_is_read_in_any_case(stage: Stage) -> None:
    assert stage.gate({"Authorization": f"bEARER {ALICE}"}).status == 204


def test_cookies_of_others_reach_the_instance_and_ours_does_not(stage: Stage) -> None:
    cookies = [("Cookie", "a=1; __Host-mcpier-view=x; b"), ("Cookie", "c=3")]
    reply = stage.gate([("Authorization", f"Bearer {ALICE}"), *cookies])
    assert reply.one("cookie") == "a=1; b; c=3"
    alone = stage.gate([("Authorization", f"Bearer {ALICE}"), ("Cookie", "__Host-mcpier-view=x")])
    assert alone.all("cookie") == []


@pytest.mark.parametrize(
    "host",
    [
        f"mcp-demo.{DOMAIN}",
        f"MCP-Demo.{DOMAIN.upper()}",
        f"mcp-demo.{DOMAIN}.",
        f"mcp-demo.{DOMAIN}.:443",
    ],
)
def test_case_dot_and_port_of_the_host_do_not_matter(stage: Stage, host: str) -> None:
    assert stage.gate(bearer(ALICE), host=host).status == 204


def test_a_request_without_a_token_is_challenged_and_is_no_failure(stage: Stage) -> None:
    for _ in range(50):
        reply = stage.gate({})
        assert reply.status == 401
    assert reply.one("www-authenticate") == 'Bearer realm="mcp-demo"'
    assert reply.one("content-type") == "application/json"
    assert reply.json()["error"] == "unauthorized"
    assert len(stage.context.limits) == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([("Authorization", "")], 401),
        ([("Authorization", "Bearer")], 401),
        ([("Authorization", "Bearer ")], 401),
        ([("Authorization", "Basic YTpi")], 401),
        ([("Authorization", f"Bearer {ALICE} {ALICE}")], 401),
        ([("Authorization", f"Bearer {ALICE}"), ("Authorization", f"Bearer {ALICE}")], 400),
        ([("Authorization", f"Bearer {ALICE}\x00")], 400),
        ([("Authorization", f"Bearer\t{ALICE}")], 400),
        ([("Authorization", f"Bearer {ALICE}\u00e9")], 400),
        ([("Authorization", "Bearer " + "a" * 4096)], 400),
    ],
)
def test_malformed_credentials_are_an_invalid_request(
    stage: Stage, headers: list[tuple[str, str]], status: int
) -> None:
    reply = stage.gate(headers)
    assert reply.status == status
    assert reply.one("www-authenticate") == 'Bearer realm="mcp-demo", error="invalid_request"'
    assert reply.json()["error"] == "invalid_request"


def test_wrong_expired_revoked_and_foreign_tokens_and_unknown_instances_look_alike(
    stage: Stage,
) -> None:
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    tokens = [token("alice", ALICE), token("old", "expired-token", expires=yesterday)]
    other = record("other", tokens=[token("bob", "foreign-token")])
    stage.sync(record(tokens=[*tokens, token("gone", "revoked-token")]), other)
    assert stage.gate(bearer("revoked-token")).status == 204
    stage.sync(record(tokens=tokens), other)
    stage.pass_time(1)

    asked = ["wrong-token", "expired-token", "revoked-token", "foreign-token", VIEWER]
    replies = [stage.gate(bearer(value)) for value in asked]
    unknown = stage.gate(bearer(ALICE), host="mcp-nosuch")
    assert {reply.status for reply in [*replies, unknown]} == {401}
    assert replies[0].one("www-authenticate") == 'Bearer realm="mcp-demo", error="invalid_token"'
    assert len({bytes_of(reply, "demo") for reply in replies} | {bytes_of(unknown, "nosuch")}) == 1


def bytes_of(reply: Reply, instance: str) -> str:
    return repr(reply).replace(f"mcp-{instance}", "mcp-<id>")


def test_a_token_is_good_through_the_day_on_which_it_expires(stage: Stage) -> None:
    stage.sync(record(tokens=[token("alice", ALICE, expires=TODAY.isoformat())]))
    assert stage.gate(bearer(ALICE)).status == 204
    stage.pass_time(24 * 3600)
    assert stage.gate(bearer(ALICE)).status == 401


def test_too_many_failures_are_throttled_and_valid_tokens_still_pass(stage: Stage) -> None:
    replies = [stage.gate(bearer("wrong")) for _ in range(21)]
    assert [reply.status for reply in replies] == [401] * 20 + [429]
    assert int(replies[-1].one("retry-after")) == 3
    assert stage.gate(bearer(ALICE)).status == 204
    stage.pass_time(3)
    assert stage.gate(bearer("wrong")).status == 401


def test_a_foreign_origin_is_refused_before_any_token_work(stage: Stage) -> None:
    for origin in ("https://evil.test", "null", "", f"{OWN_ORIGIN}.evil.test", "http" + OWN_ORIGIN):
        reply = stage.gate({"Origin": origin, "Authorization": "Bearer wrong"})
        assert reply.status == 403
        assert reply.json()["jsonrpc"] == "2.0"
        assert reply.json()["error"]["message"]
        assert reply.all("access-control-allow-origin") == []
    assert len(stage.context.limits) == 0


def test_two_origins_are_refused_even_if_each_is_allowed(stage: Stage) -> None:
    twice = [("Origin", OWN_ORIGIN), ("Origin", OWN_ORIGIN)]
    assert stage.gate([*twice, ("Authorization", f"Bearer {ALICE}")]).status == 403


@pytest.mark.parametrize("origin", [OWN_ORIGIN, "https://app.example.org"])
def test_an_allowed_origin_passes_and_can_read_its_refusals(stage: Stage, origin: str) -> None:
    assert stage.gate({"Origin": origin} | bearer(ALICE)).status == 204
    refused = stage.gate({"Origin": origin})
    assert refused.one("access-control-allow-origin") == origin
    readable = "WWW-Authenticate, Mcp-Session-Id, Retry-After"
    assert refused.one("access-control-expose-headers") == readable
    assert refused.one("vary") == "Origin"


@pytest.mark.parametrize(
    "uri",
    [
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-authorization-server/mcp?x=1",
        "/mcp/.well-known/openid-configuration",
        "/register",
    ],
)
def test_oauth_discovery_finds_a_json_404_whatever_the_token(stage: Stage, uri: str) -> None:
    for headers in ({}, bearer(ALICE), bearer("wrong")):
        reply = stage.gate(headers, uri=uri)
        assert reply.status == 404
        assert reply.json()["error"] == "not_found"
        assert reply.all("www-authenticate") == []


def test_a_stopped_instance_passes_the_gate_so_that_the_catch_all_can_answer(
    stage: Stage,
) -> None:
    stage.sync(record(state="stopped"))
    assert stage.gate(bearer(ALICE)).status == 204


def test_a_corrupt_record_refuses_its_own_instance_only(stage: Stage) -> None:
    stage.sync(record(), record("other"))
    (stage.folder / "instances" / "demo.json").write_text("{")
    reply = stage.gate(bearer(ALICE))
    assert reply.status == 503
    assert int(reply.one("retry-after")) > 0
    assert stage.gate(bearer(ALICE), host="mcp-other").status == 204


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/auth", "/auth/mcp-bearer-check/", "/auth/mcp-bearer-check/demo"]
)
def test_nothing_but_the_one_path_ever_answers_2xx(stage: Stage, path: str) -> None:
    assert stage.gate(bearer(ALICE), path=path).status == 404


@pytest.mark.parametrize(
    "host",
    ["app.mcpier.test", "mcp-demo.evil.test", "x.mcp-demo.mcpier.test", "mcp-.mcpier.test", "x."],
)
def test_hosts_that_name_no_instance_are_not_found(stage: Stage, host: str) -> None:
    assert stage.gate(bearer(ALICE), host=host).status == 404


def test_a_digest_is_not_a_token(stage: Stage) -> None:
    assert stage.gate(bearer(hashlib.sha256(ALICE.encode()).hexdigest())).status == 401
