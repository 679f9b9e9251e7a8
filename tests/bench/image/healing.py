"""How soon everything serves again after a part was killed, or halted as a hung one is."""

import asyncio
import time
from collections.abc import Mapping, Sequence

from tests.bench.figures import figure
from tests.bench.image.setting import BENCH, Setting, seconds_until
from tests.image.playwright_client import greets, opens_a_page
from tests.image.playwright_harness import PROGRAMS, Instance

SIGNALS = {"KILL": "killed", "STOP": "hung"}
# supervisord calls a program started after a second (`startsecs`). One that ends before has failed
# to start, and waits a second longer each time: that is not what is measured.
STARTED_SECONDS = 1.5


def measure(setting: Setting) -> None:
    """Each part in turn, in one instance, which must be healthy again before the next."""
    with setting.instance() as instance:
        instance.wait_healthy()
        for signal, what in SIGNALS.items():
            found = {part: _rounds(instance, setting, part, signal) for part in PROGRAMS}
            _report(what, found)


def _report(what: str, found: Mapping[str, Sequence[float]]) -> None:
    for part, seconds in found.items():
        figure(BENCH, f"{part} {what} to served again, worst", seconds, "s", of=max)
    worst = [max(of_round) for of_round in zip(*found.values(), strict=True)]
    figure(BENCH, f"any part {what} to served again, worst", worst, "s", of=max)


def _rounds(instance: Instance, setting: Setting, part: str, signal: str) -> list[float]:
    return [_heal(instance, setting, part, signal) for _ in range(setting.rounds)]


def _heal(instance: Instance, setting: Setting, part: str, signal: str) -> float:
    old = instance.pid(part)
    began = time.monotonic()
    instance.signal(old, signal)
    seconds_until(lambda: instance.pid(part) not in (0, old), began)
    seconds_until(lambda: greets(instance.address), began)
    served = seconds_until(lambda: asyncio.run(opens_a_page(instance, setting.pages)), began)
    time.sleep(STARTED_SECONDS)
    instance.wait_verdict(healthy=True, seconds=60)
    return served
