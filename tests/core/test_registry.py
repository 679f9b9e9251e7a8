"""The registry's document: what the gate is told, and what it is not."""

import json
from typing import Any

from components.core.model import StackSpec
from components.core.registry import registry_document
from components.core.secrets import Root, token_digest

ROOT = Root(key=bytes(32), drawn_at=1_790_000_000)


def document(spec: StackSpec) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(registry_document(spec, ROOT))
    return found


def test_every_instance_has_a_record_also_a_stopped_one(spec: StackSpec) -> None:
    records = document(spec)["instances"]
    assert [(record["id"], record["state"]) for record in records] == [
        ("aside", "stopped"),
        ("demo", "running"),
    ]


def test_a_record_holds_a_digest_for_each_token_and_for_the_view(spec: StackSpec) -> None:
    alice, ci = spec.instances[1].tokens
    expected = [
        (alice.name, token_digest(ROOT.token("demo", alice)), "mcp"),
        (ci.name, token_digest(ROOT.token("demo", ci)), "mcp"),
        ("view", token_digest(ROOT.view_token("demo")), "view"),
    ]
    tokens = document(spec)["instances"][1]["tokens"]
    assert [(item["name"], item["sha256"], item["grant"]) for item in tokens] == expected


def test_no_token_stands_in_the_document(spec: StackSpec) -> None:
    written = registry_document(spec, ROOT)
    for instance in spec.instances:
        for token in instance.tokens:
            assert ROOT.token(instance.id, token).removeprefix("mcpier_") not in written
        assert ROOT.view_token(instance.id).removeprefix("mcpier_") not in written


def test_the_gate_gets_the_session_key_and_the_view_passwords(spec: StackSpec) -> None:
    found = document(spec)
    assert found["sessionKey"] == ROOT.session_key()
    assert found["instances"][1]["vncPassword"] == ROOT.vnc_password("demo")


def test_two_runs_write_the_same_bytes(spec: StackSpec) -> None:
    assert registry_document(spec, ROOT) == registry_document(spec, ROOT)
