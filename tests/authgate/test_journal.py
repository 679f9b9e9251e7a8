"""When decisions are written down."""

from collections.abc import Callable

import orjson
import pytest

from authgate.decision import Decision, Reason
from authgate.forwarded import parse_forwarded
from authgate.hosts import Hosts
from authgate.journal import TOGETHER, Journal
from tests.authgate.harness import DOMAIN

REQUEST = parse_forwarded(
    [(b"x-forwarded-host", f"mcp-demo.{DOMAIN}".encode())], Hosts(DOMAIN, 443)
)


class Paper:
    """What was written, and what shall be called soon."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.expected: list[Callable[[], None]] = []
        self.journal = Journal(self.writes.append, self.expected.append)

    def decide(self, times: int) -> None:
        for _ in range(times):
            self.journal.decided("gate", REQUEST, Decision(Reason.MISSING), True, 0.00003)


@pytest.fixture
def paper() -> Paper:
    return Paper()


def test_a_decision_is_written_down_soon(paper: Paper) -> None:
    paper.decide(1)
    assert paper.writes == []
    (call,) = paper.expected
    call()
    (line,) = paper.writes
    assert orjson.loads(line)["instance"] == "mcp-demo"


def test_many_decisions_are_written_at_once_and_waited_for_once(paper: Paper) -> None:
    paper.decide(3 * TOGETHER + 1)
    assert [write.count(b"\n") for write in paper.writes] == [TOGETHER] * 3
    assert len(paper.expected) == 1
    paper.expected[0]()
    assert paper.writes[-1].count(b"\n") == 1
    paper.decide(1)
    assert len(paper.expected) == 2


def test_nothing_is_written_where_nothing_waits(paper: Paper) -> None:
    paper.decide(TOGETHER)
    paper.expected[0]()
    paper.journal.write_down()
    assert len(paper.writes) == 1


def test_figures_count_what_is_not_written_yet(paper: Paper) -> None:
    paper.decide(2)
    counted = paper.journal.counted()
    assert counted.decisions == {("mcp-demo", Reason.MISSING): 2}
    assert (sum(counted.latencies), counted.seconds) == (2, 0.00006)
    assert b"".join(paper.writes).count(b"\n") == 2


def test_figures_that_were_given_out_stand_still(paper: Paper) -> None:
    paper.decide(1)
    counted = paper.journal.counted()
    paper.decide(TOGETHER)
    assert (sum(counted.decisions.values()), sum(counted.latencies)) == (1, 1)
