"""The end of a deploy: waits for health, or says who has none and what to do."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "components" / "scripts" / "await_ready.py"
# Answers from files: `<name>.states` holds a state a line, the last of which stays; `<name>.limit`
# how many processes it may have; `gone` is why the engine itself does not answer.
DOCKER = """#!/bin/sh
cd "$ENGINE" || exit 2
echo "$*" >> calls
if [ -e gone ]; then cat gone >&2; exit 1; fi
status=0
case $1 in
update)
    limit=$3
    shift 3
    for name; do
        echo "$limit" > "$name.limit"
        if [ -e "$name.refuses" ]; then cat "$name.refuses" >&2; status=1; fi
        if [ -e "$name.ended" ]; then rm "$name.ended"; echo "not running" >&2; status=1; fi
    done ;;
inspect)
    form=$5
    shift 5
    for name; do
        [ -e "$name.states" ] || { echo "No such object: $name" >&2; status=1; continue; }
        case $form in
        *PidsLimit*) echo "/$name $(cat "$name.limit" 2> /dev/null || echo '<nil>')"; continue ;;
        esac
        echo "/$name $(head -n 1 "$name.states")"
        [ "$(wc -l < "$name.states")" -le 1 ] || sed -i 1d "$name.states"
    done ;;
logs)
    [ ! -e "$4.log" ] || tail -n "$3" "$4.log" ;;
version)
    echo 20.10 ;;
*)  exit 2 ;;
esac
exit $status
"""


class Engine:
    """A `docker` on PATH that answers what the test says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        program = folder / "bin" / "docker"
        program.parent.mkdir()
        program.write_text(DOCKER)
        program.chmod(0o755)
        self.parts: list[dict[str, object]] = []

    def container(self, name: str, *states: str, log: str = "", refuses: str = "") -> None:
        """A container that goes through states, some with their restarts and exit code.

        Without any state it is not there.
        """
        self.parts.append({"name": name, "part": f"Instance {name}", "pids": 64})
        told = "\n".join(state if " " in state else f"{state} 0 0" for state in states)
        for kind, text in (("states", told), ("log", log), ("refuses", refuses)):
            if text:
                (self.folder / f"{name}.{kind}").write_text(text + "\n")

    def wait(self, timeout: float = 30, patience: float = 0) -> tuple[int, str]:
        """Exit status and report."""
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            [sys.executable, str(SCRIPT)],
            input=json.dumps({"timeout": timeout, "patience": patience, "containers": self.parts}),
            env={**os.environ, "PATH": path, "ENGINE": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.stdout == ""
        return done.returncode, done.stderr

    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text().splitlines()

    def looks(self) -> int:
        """How often it was asked for states."""
        return sum("State.Health" in call for call in self.calls())

    def limits(self) -> list[str]:
        """What limits were set, a call each."""
        return [call for call in self.calls() if call.startswith("update")]


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return Engine(tmp_path)


def test_it_waits_until_every_container_is_healthy(engine: Engine) -> None:
    engine.container("a", "healthy")
    engine.container("b", "starting", "starting", "healthy")
    assert engine.wait() == (0, "")
    assert engine.looks() == 3


def test_it_sets_every_containers_limit_of_processes(engine: Engine) -> None:
    engine.container("a", "healthy")
    engine.container("b", "healthy")
    engine.wait()
    assert engine.limits() == ["update --pids-limit 64 a b"]


def test_a_limit_that_a_container_has_is_not_set_again(engine: Engine) -> None:
    engine.container("a", "healthy")
    engine.container("b", "healthy")
    engine.wait()
    engine.container("c", "healthy")
    engine.wait()
    assert engine.limits() == ["update --pids-limit 64 a b", "update --pids-limit 64 c"]


def test_another_limit_than_a_container_has_is_set(engine: Engine) -> None:
    engine.container("a", "healthy")
    (engine.folder / "a.limit").write_text("32")
    engine.wait()
    assert engine.limits() == ["update --pids-limit 64 a"]


def test_a_limit_is_set_once_more_where_a_container_has_just_ended(engine: Engine) -> None:
    engine.container("a", "healthy")
    (engine.folder / "a.ended").touch()
    assert engine.wait() == (0, "")
    assert engine.limits() == ["update --pids-limit 64 a"] * 2


def test_a_limit_that_cannot_be_set_ends_the_deploy(engine: Engine) -> None:
    engine.container("a", "healthy", refuses="no such controller")
    code, report = engine.wait()
    assert code == 1
    assert report == (
        "containers could not be limited to 64 processes: no such controller\n"
        "  → mend what it names and run the update again\n"
    )


def test_its_time_begins_anew_with_each_that_becomes_healthy(engine: Engine) -> None:
    for number in range(4):
        engine.container(f"a{number}", *["starting"] * 4 * number, "healthy")
    began = time.monotonic()
    assert engine.wait(timeout=1.9) == (0, "")
    assert time.monotonic() - began > 1.9


@pytest.mark.parametrize("state", ["unhealthy", "exited", "dead"])
def test_a_failed_container_is_reported_at_once_with_its_last_lines(
    engine: Engine, state: str
) -> None:
    engine.container("a", "starting", state, log="\n".join(f"line {n}" for n in range(30)))
    code, report = engine.wait()
    assert code == 1
    assert report.splitlines() == [
        f"Instance a did not become healthy: it is {state}. Its last 20 log lines:",
        *(f"    line {n}" for n in range(10, 30)),
        "  → look further with: docker logs a; then mend the config and run the update again",
    ]
    assert engine.looks() == 2


def test_an_unhealthy_container_has_some_time_to_recover(engine: Engine) -> None:
    engine.container("a", "unhealthy", "starting", "unhealthy", "unhealthy", "healthy")
    assert engine.wait(patience=20) == (0, "")


def test_an_unhealthy_container_that_does_not_recover_is_reported(engine: Engine) -> None:
    engine.container("a", "starting", "unhealthy")
    code, report = engine.wait(patience=0.6)
    assert code == 1
    assert "Instance a did not become healthy: it is unhealthy." in report
    assert engine.looks() in (4, 5)


def test_only_the_failed_ones_are_reported_where_others_only_had_no_time(engine: Engine) -> None:
    engine.container("a", "unhealthy")
    engine.container("b", "starting")
    engine.container("c", "healthy")
    code, report = engine.wait()
    assert code == 1
    assert "Instance a did not become healthy" in report
    assert "Instance b" not in report
    assert "Instance c" not in report


def test_a_container_that_is_not_there_is_absent(engine: Engine) -> None:
    engine.container("a", refuses="No such container: a")
    code, report = engine.wait()
    assert code == 1
    assert report.startswith("Instance a did not become healthy: it is absent.")
    assert "    (it logged nothing)" in report
    assert engine.looks() == 2


def test_one_that_takes_too_long_is_reported_when_the_time_is_up(engine: Engine) -> None:
    engine.container("a", "healthy")
    engine.container("b", "starting")
    code, report = engine.wait(timeout=0.5)
    assert code == 1
    assert report.startswith("Instance b did not become healthy: it is starting.")
    assert "Instance a" not in report


def test_one_that_is_started_over_and_over_is_reported_with_its_exit_code(engine: Engine) -> None:
    engine.container("a", "restarting 1 3", "starting 2 0", "restarting 4 3", log="no such file")
    code, report = engine.wait()
    assert code == 1
    assert report.startswith(
        "Instance a did not become healthy: it is restarting, it ended with exit code 3."
    )
    assert "    no such file\n" in report


def test_one_that_just_runs_once_more_is_reported_when_it_has_ended(engine: Engine) -> None:
    engine.container("a", "restarting 1 3", "starting 4 0", "unhealthy 5 0", "restarting 5 3")
    _, report = engine.wait(patience=5)
    assert "it is restarting, it ended with exit code 3." in report


def test_restarts_of_earlier_days_fail_nobody(engine: Engine) -> None:
    engine.container("a", "starting 40 1", "starting 41 1", "healthy 41 0")
    assert engine.wait() == (0, "")


def test_an_engine_that_went_away_is_named_instead_of_its_containers(engine: Engine) -> None:
    engine.container("a", "healthy")
    (engine.folder / "gone").write_text("Cannot connect to the Docker daemon\n")
    assert engine.wait() == (
        1,
        "the Docker engine went away while containers were waited for: "
        "Cannot connect to the Docker daemon\n"
        "  → see that it runs, then run the update again: it goes on where this one stopped\n",
    )
