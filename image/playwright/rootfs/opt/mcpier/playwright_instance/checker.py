"""The resident checker: asks every part, writes the verdict, heals what hangs."""

import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from playwright_instance import probes, processes, verdict_file
from playwright_instance.devtools import open_window
from playwright_instance.programs import kill_program
from playwright_instance.recycle import Recycler
from playwright_instance.room import make_room
from playwright_instance.verdict import WINDOW, Decision, Memory, judge

PERIOD_SECONDS = 3.0
FAILING_PERIOD_SECONDS = 1.0
STARTING_PERIOD_SECONDS = 0.25
SESSION_PERIOD_SECONDS = 180.0


class Checker:
    """One instance's checker, between two checks."""

    def __init__(self) -> None:
        self.memory = Memory(started=time.monotonic(), ready=verdict_file.READY.exists())
        self.threads = ThreadPoolExecutor(len(probes.PROBES))
        self.stopped: dict[int, str] = {}
        self.session_checked = float("-inf")
        self.recycler = Recycler(time.monotonic())

    def check(self) -> float:
        """Ask every part once, write the verdict, do what it demands; return when to ask again."""
        failing = self.ask()
        self.memory, decision = judge(self.memory, failing, time.monotonic())
        if self.memory.ready:
            verdict_file.READY.touch()
        counters = {"oomKills": processes.oom_kills(), "recycled": self.recycler.count}
        verdict_file.write(verdict_file.render(failing, verdict_file.uptime(), counters))
        self.kill_stopped()
        if not failing and (reason := self.recycler.look(time.monotonic())):
            say(f"starting Chromium anew: it is {reason}")
        if removed := make_room():
            say(f"the files' folder was nearly full: removed the {len(removed)} oldest")
        act(decision, failing)
        if not self.memory.ready:
            return STARTING_PERIOD_SECONDS
        return FAILING_PERIOD_SECONDS if failing else PERIOD_SECONDS

    def ask(self) -> dict[str, str]:
        """Return the failing parts, each with its reason."""
        answers = self.threads.map(lambda probe: probe(), probes.PROBES.values())
        failing = {part: wrong for part, wrong in zip(probes.PROBES, answers, strict=True) if wrong}
        if "display" not in failing and (listing := probes.list_windows()) is not None:
            failing |= probes.windows(listing)
        if not failing and time.monotonic() - self.session_checked > SESSION_PERIOD_SECONDS:
            if wrong := probes.mcp_session():
                failing["mcp"] = wrong
            else:
                self.session_checked = time.monotonic()
        return failing

    def kill_stopped(self) -> None:
        """Kill processes found halted twice in a row; their parents replace them."""
        now = processes.stopped()
        for pid, name in now.items():
            if self.stopped.get(pid) == name and pid != 1:
                say(f"killing {name} (process {pid}): it was stopped by a signal")
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.stopped = now


def act(decision: Decision, failing: dict[str, str]) -> None:
    """Repair what keeps failing; end the container when that did not help."""
    reasons = "; ".join(f"{part}: {reason}" for part, reason in failing.items())
    for repair in decision.repair:
        if repair == WINDOW:
            say("opening a window, because Chromium has none")
            open_window()
        else:
            say(f"restarting {repair}, which hangs ({reasons})")
            kill_program(repair)
    if decision.give_up:
        say(f"giving up, the container ends ({reasons})")
        verdict_file.GIVEN_UP.touch()
        os.kill(1, signal.SIGTERM)


def say(line: str) -> None:
    """Write one line to the container's log."""
    print(f"mcpier: {line}", file=sys.stderr, flush=True)


def run() -> None:
    """Check for ever, more often while something fails."""
    checker = Checker()
    while True:
        began = time.monotonic()
        period = checker.check()
        time.sleep(max(0.0, began + period - time.monotonic()))
