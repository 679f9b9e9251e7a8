"""Metrics, the decision log, and what never stands in either."""

import json
import shutil

from prometheus_client.parser import text_string_to_metric_families

from tests.authgate.harness import ALICE, VIEWER, Stage, bearer


def samples(stage: Stage) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    text = stage.operations("/metrics").body.decode()
    families = text_string_to_metric_families(text)
    return {(s.name, frozenset(s.labels.items())): s.value for f in families for s in f.samples}


def decisions(stage: Stage) -> dict[tuple[str, str], float]:
    return {
        (dict(labels)["instance"], dict(labels)["reason"]): value
        for (name, labels), value in samples(stage).items()
        if name == "authgate_decisions_total"
    }


def test_decisions_are_counted_by_known_instance_and_reason(stage: Stage) -> None:
    stage.gate(bearer(ALICE))
    stage.gate(bearer(ALICE))
    stage.gate(bearer("wrong"))
    for number in range(5):
        stage.gate(bearer("wrong"), host=f"mcp-invented-{number}")
    stage.gate({}, host="example.org")
    assert decisions(stage) == {
        ("mcp-demo", "allowed"): 2,
        ("mcp-demo", "wrong_token"): 1,
        ("unknown", "wrong_token"): 5,
        ("unknown", "not_an_instance"): 1,
    }


def test_hosts_invented_while_the_registry_is_gone_share_one_label(stage: Stage) -> None:
    shutil.rmtree(stage.folder / "instances")
    for number in range(5):
        assert stage.gate({}, host=f"mcp-invented-{number}").status == 503
    assert decisions(stage) == {("unknown", "own_trouble"): 5}


def test_every_decision_is_in_the_histogram(stage: Stage) -> None:
    for _ in range(3):
        stage.gate({})
    found = samples(stage)
    assert found["authgate_decision_seconds_count", frozenset()] == 3
    assert found["authgate_decision_seconds_bucket", frozenset({("le", "+Inf")})] == 3
    assert found["authgate_decision_seconds_sum", frozenset()] > 0


def test_the_registry_and_the_tables_have_their_sizes(stage: Stage) -> None:
    stage.gate(bearer("wrong"))
    found = {name: value for (name, labels), value in samples(stage).items() if not labels}
    assert found["authgate_registry_instances"] == 1
    assert found["authgate_registry_problems"] == 0
    assert found["authgate_registry_written_timestamp_seconds"] > 0
    assert found["authgate_cached_records"] == 1
    assert found["authgate_throttle_entries"] == 1
    assert found["process_resident_memory_bytes"] > 0


def test_each_decision_writes_one_line_of_json(stage: Stage) -> None:
    stage.gate(bearer(ALICE))
    stage.gate(bearer("wrong"))
    allowed, refused = (json.loads(line) for line in stage.lines)
    assert allowed["time"].endswith("+00:00")
    assert isinstance(allowed["microseconds"], int)
    del allowed["time"], allowed["microseconds"]
    assert allowed == {
        "door": "gate",
        "instance": "mcp-demo",
        "token": "alice",
        "address": "198.51.100.7",
        "decision": "allow",
        "reason": "allowed",
    }
    assert (refused["decision"], refused["reason"]) == ("refuse", "wrong_token")
    assert refused["token"] == ""


def test_a_sign_in_is_a_decision_too(stage: Stage) -> None:
    headers = {"Origin": "https://vnc-demo.mcpier.test:8443"}
    stage.page("POST", "/_mcpier/sign-in", headers, body=f"token={VIEWER}".encode())
    stage.page("POST", "/_mcpier/sign-in", headers, body=b"token=wrong")
    lines = [json.loads(line) for line in stage.lines]
    assert [(line["door"], line["reason"]) for line in lines] == [
        ("sign-in", "allowed"),
        ("sign-in", "wrong_token"),
    ]


def test_no_token_stands_in_a_log_a_metric_or_an_answer(stage: Stage) -> None:
    canary = "canary-0123456789abcdef"
    replies = [
        stage.gate(bearer(canary)),
        stage.gate({"Authorization": f"Basic {canary}"}),
        stage.gate([("Authorization", f"Bearer {canary}"), ("Authorization", "x")]),
        stage.gate({}, host="vnc-demo", uri=f"/vnc.html?token={canary}"),
        stage.page(
            "POST",
            "/_mcpier/sign-in",
            {"Origin": "https://vnc-demo.mcpier.test:8443"},
            body=f"token={canary}".encode(),
        ),
    ]
    kept = (
        b"".join(stage.lines).decode() + repr(replies) + stage.operations("/metrics").body.decode()
    )
    assert "canary" not in kept
    assert "mcp-demo" in kept
