"""A pid file that a dead daemon left must not keep a new one from starting."""

import os
import subprocess
from pathlib import Path

from toolchain.engine import remove_stale_pid


def test_a_pid_file_of_a_process_that_is_gone_is_removed(tmp_path: Path) -> None:
    file = tmp_path / "docker.pid"
    file.write_text("4194305")  # above the highest process id of Linux
    remove_stale_pid(file, "dockerd")
    assert not file.exists()


def test_a_pid_file_whose_number_is_another_program_by_now_is_removed(tmp_path: Path) -> None:
    file = tmp_path / "docker.pid"
    file.write_text(str(os.getpid()))
    remove_stale_pid(file, "dockerd")
    assert not file.exists()


def test_a_pid_file_of_a_daemon_that_runs_stays(tmp_path: Path) -> None:
    file = tmp_path / "docker.pid"
    file.write_text(str(os.getpid()))
    remove_stale_pid(file, Path("/proc/self/comm").read_text().strip())
    assert file.exists()


def test_a_missing_pid_file_is_no_trouble(tmp_path: Path) -> None:
    remove_stale_pid(tmp_path / "docker.pid", "dockerd")
    assert not (tmp_path / "docker.pid").exists()


def test_a_pid_file_of_a_killed_daemon_that_nobody_has_reaped_is_removed(tmp_path: Path) -> None:
    file = tmp_path / "docker.pid"
    with subprocess.Popen(["sleep", "60"]) as daemon:
        file.write_text(str(daemon.pid))
        remove_stale_pid(file, "sleep")
        assert file.exists()
        daemon.kill()
        os.waitid(os.P_PID, daemon.pid, os.WEXITED | os.WNOWAIT)
        remove_stale_pid(file, "sleep")
        assert not file.exists()
