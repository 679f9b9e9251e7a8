"""`python -m tests check | all | soak`: the checks in phases, a line for each."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.e2e.deployment import sweep
from tests.places import STACKS

PYTHON = sys.executable
TOOLS = os.path.dirname(PYTHON)


@dataclass(frozen=True, kw_only=True)
class Phase:
    """A set of commands, and the minutes that it may take on a machine that is new to it.

    `together`: they run beside each other, and what each says is shown whole, in their order.
    """

    name: str
    minutes: float
    commands: Sequence[Sequence[str]]
    together: bool = False


def pytest(*arguments: str) -> list[str]:
    """A pytest run."""
    return [PYTHON, "-m", "pytest", "-q", *arguments]


# A module's tests stay together, and so does what they share.
ON_ALL_PROCESSORS = ("--numprocesses=auto", "--dist=loadfile")
FAST = [
    "tests/core",
    "tests/components",
    "tests/console",
    "tests/policy",
    "tests/schema",
    "tests/toolchain",
    "tests/bench",
    "tests/docs",
]
CHECK = Phase(
    name="check",
    minutes=1,
    together=True,
    commands=[
        [f"{TOOLS}/ruff", "check", "."],
        [f"{TOOLS}/ruff", "format", "--check", "."],
        [f"{TOOLS}/mypy", "."],
        pytest(*FAST, "tests/image", "-m", "not docker", *ON_ALL_PROCESSORS),
    ],
)
ALL = [
    CHECK,
    Phase(name="authgate", minutes=5, commands=[pytest("tests/authgate")]),
    Phase(name="portal", minutes=2, commands=[pytest("tests/portal", *ON_ALL_PROCESSORS)]),
    Phase(name="image", minutes=7, commands=[pytest("tests/image", "-m", "docker and not soak")]),
    Phase(name="attack", minutes=3, commands=[pytest("tests/attack")]),
    Phase(
        name="platform",
        minutes=8,
        # Deployments wait more than they compute.
        together=True,
        commands=[
            pytest("tests/e2e", "-m", "not soak and shared"),
            pytest("tests/e2e", "-m", "not soak and not shared"),
        ],
    ),
    Phase(
        name="types",
        minutes=6,
        commands=[pytest("tests/types", "-m", "not soak"), pytest("tests/edge", "-m", "not soak")],
    ),
    Phase(
        name="operators",
        minutes=5,
        commands=[pytest("tests/observability"), pytest("tests/cli", "-m", "not soak")],
    ),
]
WAITS = ["tests/e2e/test_live_view.py", "tests/edge"]


def soak(*arguments: str) -> list[str]:
    """A run of what waits or repeats for long: some of it looks on for half an hour."""
    # importlib: in the folders of all parts some modules have one name.
    return pytest(*arguments, "--import-mode=importlib", "-m", "soak", "--timeout=3600")


SOAK = [
    # Whoever only waits does so beside the image's repeats.
    Phase(name="waits", minutes=45, together=True, commands=[soak("tests/image"), soak(*WAITS)]),
    Phase(
        name="repeats",
        minutes=45,
        commands=[soak("tests", *(f"--ignore={path}" for path in ["tests/image", *WAITS]))],
    ),
]
PHASES = {"check": [CHECK], "all": ALL, "soak": SOAK}


def main(which: str) -> int:
    """Runs every phase, also behind one that fails; exit status 1 if one did."""
    hear_interrupts()
    phases = PHASES[which]
    if phases != [CHECK]:
        clear_host()
    failed = [phase.name for phase in phases if not run(phase)]
    print(f"failed: {', '.join(failed)}" if failed else "all phases passed")
    return 1 if failed else 0


def hear_interrupts() -> None:
    """What a shell starts in the background ignores Ctrl-C, and so would all that tests start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def clear_host() -> None:
    """Removes what a run that was broken off has left: the engine starts it again with itself."""
    for stack in STACKS:
        sweep(stack)


def run(phase: Phase) -> bool:
    """Runs one phase and prints its line."""
    begin = time.monotonic()
    good = run_together(phase.commands) if phase.together else run_in_turn(phase.commands)
    spent = (time.monotonic() - begin) / 60
    verdict = "passed" if good else "FAILED"
    print(f"phase {phase.name}: {verdict} in {spent:.1f} of {phase.minutes:g} min", flush=True)
    return good


def run_in_turn(commands: Sequence[Sequence[str]]) -> bool:
    """Whether all succeed; the first that fails is the last."""
    return all(subprocess.run(command).returncode == 0 for command in commands)


def run_together(commands: Sequence[Sequence[str]]) -> bool:
    """Whether all succeed."""

    def run_one(command: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    with ThreadPoolExecutor(len(commands)) as running:
        ended = []
        for done in running.map(run_one, commands):
            sys.stdout.buffer.write(done.stdout)
            sys.stdout.flush()
            ended.append(done.returncode)
    return not any(ended)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
