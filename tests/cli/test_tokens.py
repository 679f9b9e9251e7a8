"""Tokens and instances come and go by edits of the stack's file, and deploys."""

from contextlib import suppress

import httpx2
import yaml

from tests.cli.clients import opened, status
from tests.cli.operator import Operator
from tests.cli.stack import CONFIG, STACK
from tests.docs.tables import unlisted, unmet
from tests.waiting import until


def test_the_list_tells_when_the_gate_last_let_a_token_pass(operator: Operator, ca: str) -> None:
    client = operator.json("connect", "echo", "--token", "ci")
    assert status(client, ca) == 200

    def used() -> object:
        listed = operator.json("token", "list", "echo")
        return {each["name"]: each["lastUsed"] for each in listed["tokens"]}["ci"]

    until(used, 10, "the gate has not logged the use")
    table = operator.done("token", "list").splitlines()
    (line,) = [line for line in table if line.split()[:2] == ["echo", "ci"]]
    assert "2099-01-31" in line
    assert str(used())[:16] in line
    assert any(line.split()[:2] == ["resting", "bob"] for line in table)


def test_a_token_that_is_cut_is_refused_and_its_streams_end(operator: Operator, ca: str) -> None:
    operator.done("token", "add", "echo", "leaver")
    up = operator.json("up")
    assert up["instances"]["echo"]["state"] == "running"
    assert up["seconds"]["deploy"] > 0
    assert (unlisted("mcpier up", up), unmet("mcpier up", up)) == ([], [])
    client = operator.json("connect", "echo", "--token", "leaver")
    other = operator.json("connect", "echo", "--token", "alice")
    with opened(client, ca, "/stream") as stream:
        events = stream.iter_raw()
        assert next(events).startswith(b"data: ")
        said = operator.done("token", "revoke", "echo", "leaver", "--cut")
        assert said.startswith("Token leaver of echo is refused, and every stream")
        # It would go on without end.
        with suppress(httpx2.RemoteProtocolError):
            list(events)
    assert status(client, ca) == 401
    until(lambda: status(other, ca) == 200, 10, "the others are not served again")


def test_an_instance_is_added_and_removed_by_two_commands_and_two_deploys(
    operator: Operator, ca: str
) -> None:
    before = operator.stack_file
    said = operator.done("add", "second", "--type", "echo", "--token", "carol")
    assert said.splitlines()[-1] == f"Deploy it: make up STACK={STACK}"
    said = f"second: not deployed; make up STACK={STACK} makes it"
    assert said in operator.types("status").stdout
    planned = operator.json("preview")
    assert planned["changeSummary"]["create"] > 0
    assert unmet("mcpier preview", planned) == []
    operator.done("up")
    client = operator.json("connect", "second")
    until(lambda: status(client, ca) == 200, 10, "the new instance is not served")
    operator.done("remove", "second")
    row = operator.json("status")["instances"]["second"]
    assert row["drift"].startswith("its container is not in the file")
    operator.done("up")
    assert "second" not in operator.json("status")["instances"]
    assert yaml.safe_load(operator.stack_file) == yaml.safe_load(before)
    assert yaml.safe_load(before)["config"]["mcpier:instances"] == CONFIG["mcpier:instances"]
