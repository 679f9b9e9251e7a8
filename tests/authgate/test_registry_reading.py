"""How the gate reads its registry: changes, corruption, a disk that is gone."""

import logging
import shutil
import sys

import pytest

from tests.authgate.harness import ALICE, Stage, bearer, record, token


def test_a_revocation_is_seen_within_a_second(stage: Stage) -> None:
    assert stage.gate(bearer(ALICE)).status == 204
    stage.sync(record(tokens=[]))
    stage.pass_time(0.9)
    assert stage.gate(bearer(ALICE)).status == 401


def test_a_removed_instance_is_unknown_within_a_second(stage: Stage) -> None:
    assert stage.gate(bearer(ALICE)).status == 204
    stage.sync()
    stage.pass_time(0.9)
    assert stage.gate(bearer(ALICE)).status == 401


def test_a_new_token_and_a_new_instance_count_at_once(stage: Stage) -> None:
    assert stage.gate(bearer("new")).status == 401
    assert stage.gate(bearer("new"), host="mcp-new").status == 401
    stage.sync(record(tokens=[token("new", "new")]), record("new", tokens=[token("new", "new")]))
    assert stage.gate(bearer("new")).status == 204
    assert stage.gate(bearer("new"), host="mcp-new").status == 204


def test_a_busy_record_is_read_from_memory(stage: Stage) -> None:
    stage.gate(bearer(ALICE))
    opened: list[object] = []
    active = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if active and event == "open" and "demo.json" in str(arguments[0]):
            opened.append(arguments[0])

    sys.addaudithook(hook)
    for _ in range(20):
        stage.pass_time(0.2)
        assert stage.gate(bearer(ALICE)).status == 204
    assert opened == []
    stage.sync(record(state="stopped"))
    opened.clear()
    stage.pass_time(1)
    assert stage.gate(bearer(ALICE)).status == 204
    active = False
    assert len(opened) == 1


def test_a_registry_that_is_gone_leaves_what_it_said_for_five_minutes(stage: Stage) -> None:
    stage.sync(record(), record("unread"))
    assert stage.gate(bearer(ALICE)).status == 204
    shutil.rmtree(stage.folder / "instances")
    stage.pass_time(299)
    assert stage.gate(bearer(ALICE)).status == 204
    assert stage.gate(bearer("wrong")).status == 401
    assert stage.gate(bearer(ALICE), host="mcp-unread").status == 503
    stage.pass_time(2)
    assert stage.gate(bearer(ALICE)).status == 503
    stage.sync(record())
    assert stage.gate(bearer(ALICE)).status == 204


def test_a_cached_record_is_never_used_past_an_expiry(stage: Stage) -> None:
    stage.sync(record(tokens=[token("alice", ALICE, expires="2026-11-18")]))
    stage.now = 1_795_046_400.0 - 0.1  # just before the end of 2026-11-18, UTC
    assert stage.gate(bearer(ALICE)).status == 204
    shutil.rmtree(stage.folder / "instances")
    stage.pass_time(0.2)
    assert stage.gate(bearer(ALICE)).status == 401


def test_records_out_of_use_leave_memory(stage: Stage) -> None:
    stage.sync(record("a"), record("b"))
    stage.gate(bearer(ALICE), host="mcp-a")
    stage.pass_time(301)
    stage.gate(bearer(ALICE), host="mcp-b")
    assert stage.context.registry.cached == 1


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"id": "demo"}', "\x00", '{"id": "other"}'], ids=repr
)
def test_a_corrupt_record_is_named_in_the_log_and_turns_readiness_red(
    stage: Stage, caplog: pytest.LogCaptureFixture, content: str
) -> None:
    assert stage.operations("/readyz").status == 200
    assert stage.gate(bearer(ALICE)).status == 204
    (stage.folder / "instances" / "demo.json").write_text(content)
    stage.pass_time(1)
    with caplog.at_level(logging.ERROR):
        assert stage.gate(bearer(ALICE)).status == 503
    assert "demo.json" in caplog.text
    reply = stage.operations("/readyz")
    assert reply.status == 503
    assert "demo.json" in reply.json()["problems"][0]
    stage.sync(record())
    assert stage.operations("/readyz").status == 200
    assert stage.gate(bearer(ALICE)).status == 204


def test_before_the_first_sync_everything_is_refused_and_readiness_is_red(stage: Stage) -> None:
    shutil.rmtree(stage.folder)
    stage.folder.mkdir()
    assert stage.gate(bearer(ALICE)).status == 503
    assert stage.operations("/readyz").status == 503
    assert stage.operations("/healthz").status == 200
