"""The check that a web server at `app.<domain>` can ask about an instance."""

import json

import pytest

from authgate.limits import FAILURES
from tests.authgate.harness import (
    ALICE,
    DOMAIN,
    VIEWER,
    Headers,
    Reply,
    Stage,
    bearer,
    record,
    token,
)

APP_ORIGIN = f"https://app.{DOMAIN}:8443"


def check(stage: Stage, headers: Headers, instance: str = "/demo", host: str = "app") -> Reply:
    return stage.page("GET", f"/auth/mcp-bearer-check{instance}", headers, host=host)


def test_the_instances_token_passes_under_its_name(stage: Stage) -> None:
    reply = check(stage, bearer(ALICE))
    assert (reply.status, reply.body) == (204, b"")
    assert reply.headers == [("x-mcpier-client", "alice")]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Bearer {VIEWER}"},
        [("Authorization", f"Bearer {ALICE}"), ("Authorization", f"Bearer {ALICE}")],
        {"Authorization": f"Bearer {ALICE}", "Origin": "https://evil.test"},
    ],
)
def test_a_refusal_is_the_gates_own(headers: Headers, stage: Stage) -> None:
    reply = check(stage, headers)
    assert repr(reply) == repr(stage.gate(headers))
    assert 400 <= reply.status < 500


def test_another_instances_token_does_not_pass(stage: Stage) -> None:
    stage.sync(record(), record("other", tokens=[token("bob", "bob-token-0123456789")]))
    assert check(stage, bearer(ALICE), "/other").status == 401
    assert check(stage, bearer("bob-token-0123456789"), "/other").status == 204


def test_known_and_unknown_instances_are_refused_alike(stage: Stage) -> None:
    known, unknown = (check(stage, bearer("wrong"), f"/{id_}") for id_ in ("demo", "none"))
    assert repr(known).replace("mcp-demo", "mcp-none") == repr(unknown)


def test_what_a_client_claims_about_its_request_is_not_believed(stage: Stage) -> None:
    claims = {
        "X-Forwarded-Uri": "/auth/mcp-bearer-check/demo",
        "X-Original-URI": "/demo",
        "X-MCP-Instance": "demo",
        "X-Mcpier-Client": "root",
    }
    assert check(stage, bearer(ALICE) | claims, "/other").status == 401
    # Traefik has replaced it: a second one was not written by Traefik.
    twice = {"X-Forwarded-Host": f"mcp-demo.{DOMAIN}"}
    assert check(stage, bearer(ALICE) | twice, "/demo").status == 404


@pytest.mark.parametrize("instance", ["", "/", "/demo/", "/demo/x", "/De", "/../demo", "//demo"])
def test_a_path_that_names_no_instance_is_told_how(instance: str, stage: Stage) -> None:
    reply = check(stage, bearer(ALICE), instance)
    assert reply.status == 404
    assert "/auth/mcp-bearer-check/<id>" in reply.json()["error_description"]


@pytest.mark.parametrize("host", ["mcp-demo", "vnc-demo", "other", "xapp", "app.app"])
def test_there_is_no_check_on_other_hosts(host: str, stage: Stage) -> None:
    assert check(stage, bearer(ALICE), host=host).status != 204


def test_a_page_of_the_web_app_itself_may_use_what_it_protects(stage: Stage) -> None:
    assert check(stage, bearer(ALICE) | {"Origin": APP_ORIGIN}).status == 204
    assert stage.gate(bearer(ALICE) | {"Origin": APP_ORIGIN}).status == 403


def test_cookies_are_left_to_the_web_app(stage: Stage) -> None:
    reply = check(stage, bearer(ALICE) | {"Cookie": "a=b"})
    assert reply.all("cookie") == reply.all("set-cookie") == []


def test_wrong_tokens_count_with_those_of_the_gate(stage: Stage) -> None:
    for _ in range(FAILURES):
        stage.gate(bearer("wrong"))
    assert check(stage, bearer("wrong")).status == 429
    assert check(stage, bearer(ALICE)).status == 204


def test_each_check_stands_in_the_log(stage: Stage) -> None:
    check(stage, bearer(ALICE))
    line = json.loads(stage.lines[-1])
    found = (line["door"], line["instance"], line["token"], line["reason"])
    assert found == ("check", "mcp-demo", "alice", "allowed")
