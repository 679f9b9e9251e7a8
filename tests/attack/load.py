"""Requests one after the other, from before a fault until after it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.attack.edge import Edge
from tests.waiting import until

# ForwardAuth gives up on a gate that is gone after 3 s.
PATIENCE = 5.0
PAUSE = 0.02


class Outcome(NamedTuple):
    """When a request began, in seconds since 1970, and how it was answered."""

    begun: float
    status: int


@dataclass
class Client:
    """What one client has met so far; `ask` sends its next request."""

    ask: Callable[[], int]
    outcomes: list[Outcome] = field(default_factory=list)

    def run(self, ended: threading.Event) -> None:
        """Asks until it is over."""
        while not ended.wait(PAUSE):
            begun = time.time()
            self.outcomes.append(Outcome(begun, self.ask()))

    def since(self, moment: float) -> list[int]:
        """The answers to requests that began after a moment."""
        return [outcome.status for outcome in self.outcomes if outcome.begun > moment]

    def await_answer(self, good: Callable[[int], bool], since: float, seconds: float) -> None:
        """Waits until a request that began after a moment is answered in a certain way."""
        until(lambda: any(map(good, self.since(since))), seconds, f"answers: {self.since(since)}")


@contextmanager
def asking(edge: Edge, *wanted: tuple[str, str]) -> Iterator[list[Client]]:
    """A client each for (instance, token name), the empty name for none; they ask at once."""
    clients = [Client(_asker(edge, instance, token)) for instance, token in wanted]
    ended = threading.Event()
    threads = [threading.Thread(target=client.run, args=[ended]) for client in clients]
    for thread in threads:
        thread.start()
    try:
        yield clients
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def _asker(edge: Edge, instance: str, token: str) -> Callable[[], int]:
    return lambda: edge.status(instance, token, PATIENCE)
