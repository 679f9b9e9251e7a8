"""How the checker judges: when it restarts a part, and when it gives the instance up."""

import json

import yaml
from playwright_instance.patience import START_SECONDS
from playwright_instance.verdict import (
    GIVE_UP_SECONDS,
    HUNG_AFTER_SECONDS,
    REPAIR_GRACE_SECONDS,
    WINDOW,
    Decision,
    Memory,
    judge,
)
from playwright_instance.verdict_file import render

from tests.image.playwright_image import IMAGE

READY = Memory(started=0.0, ready=True)
NOTHING = Decision()


def judge_over(seconds: list[float], failing: dict[str, str], memory: Memory) -> list[Decision]:
    """Judge the same failure at several moments."""
    decisions = []
    for now in seconds:
        memory, decision = judge(memory, failing, now)
        decisions.append(decision)
    return decisions


def test_a_part_that_fails_shortly_is_left_to_supervisord() -> None:
    decisions = judge_over([10.0, 10.0 + HUNG_AFTER_SECONDS - 0.1], {"novnc": "x"}, READY)
    assert decisions == [NOTHING, NOTHING]


def test_a_part_that_fails_on_is_restarted_once_in_its_grace_time() -> None:
    first = 10.0 + HUNG_AFTER_SECONDS
    moments = [10.0, first, first + REPAIR_GRACE_SECONDS - 0.1, first + REPAIR_GRACE_SECONDS]
    repairs = [decision.repair for decision in judge_over(moments, {"novnc": "x"}, READY)]
    assert repairs == [(), ("novnc",), (), ("novnc",)]


def test_only_the_cause_is_restarted_and_not_what_needs_it() -> None:
    failing = {"display": "x", "vnc": "x", "chromium": "x", "window": "x"}
    decision = judge_over([10.0, 20.0], failing, READY)[-1]
    assert decision.repair == ("display",)


def test_a_missing_window_is_opened_without_restarting_the_browser() -> None:
    decision = judge_over([10.0, 20.0], {"window": "x"}, READY)[-1]
    assert decision.repair == (WINDOW,)


def test_a_recovered_part_starts_afresh() -> None:
    memory, _ = judge(READY, {"mcp": "x"}, 10.0)
    memory, _ = judge(memory, {}, 13.0)
    _, decision = judge(memory, {"mcp": "x"}, 10.0 + HUNG_AFTER_SECONDS)
    assert decision == NOTHING


def test_an_instance_unhealthy_for_long_is_given_up_whatever_fails() -> None:
    memory, _ = judge(READY, {"mcp": "x"}, 0.0)
    memory, before = judge(memory, {"novnc": "x"}, GIVE_UP_SECONDS - 0.1)
    _, after = judge(memory, {"mcp": "x"}, GIVE_UP_SECONDS)
    assert (before.give_up, after.give_up) == (False, True)


def test_nothing_is_restarted_while_the_instance_starts() -> None:
    starting = Memory(started=0.0)
    decisions = judge_over([0.0, 10.0, 30.0], {"chromium": "x"}, starting)
    assert decisions == [NOTHING, NOTHING, NOTHING]


def test_an_instance_that_never_gets_ready_is_given_up() -> None:
    _, before = judge(Memory(started=0.0), {"chromium": "x"}, START_SECONDS - 0.1)
    _, after = judge(Memory(started=0.0), {"chromium": "x"}, START_SECONDS)
    assert (before.give_up, after.give_up) == (False, True)


def test_all_that_waits_while_an_instance_starts_does_so_as_long() -> None:
    """A program that gave up earlier would begin anew, and a start with it."""
    serve = (IMAGE / "rootfs/opt/mcpier/serve.cjs").read_text()
    assert f"PATIENCE_MS = {START_SECONDS:.0f}_000;" in serve
    described = yaml.safe_load((IMAGE / "type.yaml").read_text())
    assert described["health"]["startPeriodSeconds"] == START_SECONDS


def test_the_first_check_without_failure_makes_it_ready() -> None:
    memory, decision = judge(Memory(started=0.0), {}, 1.0)
    assert memory.ready
    assert decision == NOTHING


def test_the_verdict_is_one_line_that_starts_with_its_answer() -> None:
    line = render({"vnc": 'says "no"\n'}, 77, {"oomKills": 2})
    assert line.startswith('{"healthy": false, "uptime": 77,')
    assert line.index("\n") == len(line) - 1
    assert json.loads(line)["failing"] == {"vnc": 'says "no"\n'}
    assert json.loads(line)["oomKills"] == 2


def test_nothing_failing_is_healthy() -> None:
    assert render({}, 1, {}).startswith('{"healthy": true, ')
