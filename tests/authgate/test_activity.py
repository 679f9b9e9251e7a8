"""What happened of late: for whoever shows it to people, in bounded memory."""

from typing import Any

from authgate.activity import MOST_DENIALS
from tests.authgate.harness import (
    ALICE,
    OPERATOR,
    VIEWER,
    Stage,
    bearer,
    portal_record,
    record,
    session_of,
    sign_in,
)


def activity(stage: Stage) -> Any:
    return stage.operations("/activity").json()


def tokens(stage: Stage, instance: str = "demo") -> dict[str, bool]:
    """Whether each of an instance's tokens has been used."""
    told = activity(stage)["tokens"][instance]
    return {each["name"]: each["lastUsed"] is not None for each in told}


def test_every_token_is_told_with_its_last_use(stage: Stage) -> None:
    stage.sync(record(), portal_record())
    assert tokens(stage) == {"alice": False, "viewer": False, "watcher": False}
    stage.gate(bearer(ALICE))
    assert tokens(stage) == {"alice": True, "viewer": False, "watcher": False}
    stage.gate(session_of(sign_in(stage, VIEWER)), "vnc-demo", "/vnc.html")
    sign_in(stage, OPERATOR, "app")
    assert tokens(stage) == {"alice": True, "viewer": True, "watcher": False}
    assert tokens(stage, "_portal") == {"carol": True}
    told = activity(stage)
    assert told["tokens"]["demo"][0]["lastUsed"] > told["since"]


def test_a_last_day_is_told_as_the_moment_at_which_it_ends(stage: Stage) -> None:
    day = {**record()["tokens"][0], "expires": "2027-06-30"}
    stage.sync(record(tokens=[day]))
    (told,) = activity(stage)["tokens"]["demo"]
    assert told["expires"] == "2027-07-01T00:00:00+00:00"


def test_refusals_are_told_the_latest_first_and_alike_ones_together(stage: Stage) -> None:
    for _ in range(3):
        stage.gate(bearer("wrong"))
    sign_in(stage, "wrong")
    denials = activity(stage)["denials"]
    assert [(each["host"], each["door"], each["reason"], each["count"]) for each in denials] == [
        ("vnc-demo", "sign-in", "wrong_token", 1),
        ("mcp-demo", "gate", "wrong_token", 3),
    ]
    assert denials[0]["address"] == "198.51.100.7"
    stage.gate(bearer("wrong"))
    assert [each["count"] for each in activity(stage)["denials"]] == [4, 1]


def test_who_has_not_signed_in_yet_is_not_told_of(stage: Stage) -> None:
    stage.gate({})
    stage.gate({}, uri="/.well-known/oauth-authorization-server")
    stage.gate({}, "vnc-demo", "/vnc.html")
    assert activity(stage)["denials"] == []


def test_the_oldest_refusals_are_forgotten(stage: Stage) -> None:
    for number in range(MOST_DENIALS + 20):
        stage.gate(bearer("wrong"), f"mcp-invented-{number}")
    hosts = [each["host"] for each in activity(stage)["denials"]]
    assert hosts == [f"mcp-invented-{number}" for number in range(MOST_DENIALS + 19, 19, -1)]


def test_a_corrupt_record_is_told_of_beside_the_others(stage: Stage) -> None:
    stage.sync(record(), record("other"))
    (stage.folder / "instances" / "other.json").write_text("{")
    told = activity(stage)
    assert list(told["tokens"]) == ["demo"]
    assert told["problems"] == ["other.json: not JSON; run authgate sync"]


def test_it_holds_no_token_and_no_digest(stage: Stage) -> None:
    stage.sync(record(), portal_record())
    stage.gate(bearer("canary-0123456789"))
    stage.gate(bearer(ALICE))
    told = stage.operations("/activity").body.decode()
    assert "canary" not in told
    assert ALICE not in told
    assert record()["tokens"][0]["sha256"] not in told
