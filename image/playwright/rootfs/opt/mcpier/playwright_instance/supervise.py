"""Runs supervisord in this process: started promptly, an eye on the checker, ended in order."""

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from supervisor import events
from supervisor.medusa import asyncore_25 as asyncore
from supervisor.options import ServerOptions
from supervisor.supervisord import Supervisor

from playwright_instance.devtools import close_browser
from playwright_instance.named_lines import NamedLines
from playwright_instance.programs import find_program
from playwright_instance.verdict_file import GIVEN_UP, VERDICT

CONFIGURATION = "/opt/mcpier/supervisord.conf"
CHECKER = "checker"

# Longer than the slowest check, every probe of it timing out, behind the longest wait for a first.
SILENT_SECONDS = 15.0
BROWSER_ENDS_SECONDS = 8.0
# Each behind the last bytes of a program's output.
ENDINGS = (
    events.ProcessStateBackoffEvent,
    events.ProcessStateExitedEvent,
    events.ProcessStateStoppedEvent,
)


class InstanceSupervisor(Supervisor):
    """supervisord that forks its programs at once and restarts a checker that fell silent."""

    def runforever(self) -> None:
        """Fork the programs before the first poll, which waits a second for events."""
        events.subscribe(events.SupervisorStoppingEvent, end_browser)
        events.subscribe(events.ProcessStateFatalEvent, end_unwatched)
        log_programs(NamedLines(sys.stdout.buffer))
        for group in sorted(self.process_groups.values()):
            group.transition()
        super().runforever()

    def tick(self, now: float | None = None) -> None:
        """Kill a checker that has written no verdict for a while; supervisord restarts it."""
        super().tick(now)
        checker = self.process_groups[CHECKER].processes[CHECKER]
        last_sign = max(last_verdict(), checker.laststart)
        if checker.pid and time.time() - last_sign > SILENT_SECONDS:
            os.kill(checker.pid, signal.SIGKILL)


def log_programs(lines: NamedLines) -> None:
    """Have what the programs print written there, to the last byte of one that ends."""

    def printed(event: events.ProcessLogStdoutEvent) -> None:
        lines.take(event.process.config.name, event.data)

    def ended(event: events.ProcessStateEvent) -> None:
        lines.end(event.process.config.name)

    events.subscribe(events.ProcessLogStdoutEvent, printed)
    for ending in ENDINGS:
        events.subscribe(ending, ended)


def end_unwatched(event: events.ProcessStateEvent) -> None:
    """End the container where its checker cannot be started any more: nobody else would tell."""
    if event.process.config.name == CHECKER:
        GIVEN_UP.touch()
        os.kill(1, signal.SIGTERM)


def last_verdict(path: Path = VERDICT) -> float:
    """Return when the checker last wrote its verdict (seconds since the epoch), or 0."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def end_browser(_: object) -> None:
    """Let Chromium write its profile and end, before supervisord stops all programs."""
    deadline = time.monotonic() + BROWSER_ENDS_SECONDS
    heard = close_browser()
    while heard and find_program("chromium") and time.monotonic() < deadline:
        time.sleep(0.02)


def run() -> int:
    """Run until told to stop; return 1 if the checker gave the instance up, else 0."""
    options = ServerOptions()
    options.realize(["--configuration", CONFIGURATION])
    options.first, options.test = True, False
    with suppress(asyncore.ExitNow):
        InstanceSupervisor(options).main()
    return 1 if GIVEN_UP.exists() else 0
