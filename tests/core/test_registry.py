"""The registry's document: what the gate is told, and what it is not."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from authgate.records import RecordReader
from components.core.instance_type import InstanceType
from components.core.model import StackSpec
from components.core.parse import parse
from components.core.parse_type import parse_type
from components.core.registry import registry_document
from components.core.secrets import Root, token_digest
from tests.core.conftest import TYPE

ROOT = Root(key=bytes(32), drawn_at=1_790_000_000)


def document(spec: StackSpec) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(registry_document(spec, ROOT))
    return found


def test_every_instance_has_a_record_also_a_stopped_one(spec: StackSpec) -> None:
    records = document(spec)["instances"]
    assert [(record["id"], record["state"]) for record in records] == [
        ("aside", "stopped"),
        ("demo", "running"),
        ("_portal", "running"),
    ]


def test_a_record_holds_a_digest_for_each_token_and_for_both_grants_of_the_view(
    spec: StackSpec,
) -> None:
    alice, ci = spec.instances[1].tokens
    expected = [
        (alice.name, token_digest(ROOT.token("demo", alice)), "mcp"),
        (ci.name, token_digest(ROOT.token("demo", ci)), "mcp"),
        ("view", token_digest(ROOT.view_token("demo")), "view"),
        ("watch", token_digest(ROOT.watch_token("demo")), "watch"),
    ]
    tokens = document(spec)["instances"][1]["tokens"]
    assert [(item["name"], item["sha256"], item["grant"]) for item in tokens] == expected


def test_another_generation_of_the_view_has_other_tokens_and_nothing_else_is_changed(
    config: dict[str, Any], read: Callable[[dict[str, Any]], StackSpec]
) -> None:
    first = document(read(config))["instances"][1]
    config["instances"]["demo"]["viewGeneration"] = 2
    second = document(read(config))["instances"][1]
    others = [token["sha256"] for token in second.pop("tokens")]
    alike = [token["sha256"] in others for token in first.pop("tokens")]
    assert alike == [True, True, False, False]
    assert first == second


def test_no_token_stands_in_the_document(spec: StackSpec) -> None:
    written = registry_document(spec, ROOT)
    for instance in spec.instances:
        for token in instance.tokens:
            assert ROOT.token(instance.id, token).removeprefix("mcpier_") not in written
        for value in (ROOT.view_token(instance.id), ROOT.watch_token(instance.id)):
            assert value.removeprefix("mcpier_") not in written


def test_the_gate_gets_the_session_key_and_the_view_passwords(spec: StackSpec) -> None:
    found = document(spec)
    assert found["sessionKey"] == ROOT.session_key()
    assert found["instances"][1]["vncPassword"] == ROOT.vnc_password("demo")
    assert found["instances"][1]["vncWatchPassword"] == ROOT.vnc_watch_password("demo")


def test_a_view_that_cannot_be_watched_has_neither_token_nor_password_for_it(
    config: dict[str, Any],
) -> None:
    kind = TYPE | {"secrets": {"vnc-password": {"kind": "vnc"}}}
    types = [parse_type("browser", "image/browser", kind, "0" * 64)]
    record = document(parse("dev", config, types))["instances"][1]
    assert [item["name"] for item in record["tokens"]] == ["alice", "ci", "view"]
    assert record["vncWatchPassword"] is None


def test_two_runs_write_the_same_bytes(spec: StackSpec) -> None:
    assert registry_document(spec, ROOT) == registry_document(spec, ROOT)


def test_the_portals_record_holds_a_digest_for_each_operator(
    config: dict[str, Any], browser: InstanceType
) -> None:
    operators = ["alice", {"name": "bob", "generation": 2, "expires": "2027-06-30"}]
    spec = parse("dev", config | {"operators": operators}, [browser])
    portal = document(spec)["instances"][-1]
    assert portal["tokens"] == [
        {
            "name": token.name,
            "sha256": token_digest(ROOT.operator_token(token)),
            "expires": token.expires,
            "grant": "operator",
        }
        for token in spec.operators
    ]
    assert [token["expires"] for token in portal["tokens"]] == [None, "2027-06-30"]


def test_a_stack_with_a_web_app_has_no_record_for_a_portal(
    config: dict[str, Any], browser: InstanceType
) -> None:
    webapp = {"url": "http://127.0.0.1:8090"}
    records = document(parse("dev", config | {"webapp": webapp}, [browser]))["instances"]
    assert [record["id"] for record in records] == ["aside", "demo"]


@pytest.mark.parametrize("day", ["2027-06-30", "9999-12-31"])
def test_the_gate_reads_every_day_that_a_stack_file_may_name(
    browser: InstanceType, day: str
) -> None:
    demo = {"type": "browser", "tokens": [{"name": "alice", "expires": day}]}
    spec = parse("dev", {"domain": "mcp.example.org", "instances": {"demo": demo}}, [browser])
    reader = RecordReader()
    record = reader.record(document(spec)["instances"][0], "demo")
    assert reader.problems == []
    assert (record.tokens[0].expires is None) == (day == "9999-12-31")
