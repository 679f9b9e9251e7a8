"""What the probes make of answers, of silence and of the kernel's files."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright_instance import answers, gate, preflight, probes, processes, programs

LISTING = """
xwininfo: Window id: 0x21e (the root window) "has no name"
      Someone wants these events:
          SubstructureNotify
          {redirect}
     3 children:
     0x400001 "chromium": ("chromium" "Chromium")  10x10+10+10  +10+10
     0x600004 "{title}": ("{name}" "Chromium")  {size}+0+0  +0+0
"""


def listing(
    redirect: str = "SubstructureRedirect", name: str = "chromium", size: str = "1920x1080"
) -> str:
    """Return what xwininfo prints, with one large window."""
    return LISTING.format(redirect=redirect, name=name, size=size, title="a page - Chromium")


def test_a_managed_chromium_window_is_found() -> None:
    assert probes.windows(listing()) == {}


def test_a_display_without_window_manager_is_named() -> None:
    assert set(probes.windows(listing(redirect=""))) == {"window-manager"}


def test_a_helper_window_is_not_the_browsers() -> None:
    assert set(probes.windows(listing(size="10x10"))) == {"window"}


def test_a_page_title_cannot_pass_for_a_window() -> None:
    text = listing(size="10x10").replace("a page", 'x": ("chromium" "Chromium") 1920x1080+0+0 +0+0')
    assert set(probes.windows(text)) == {"window"}


@contextmanager
def server(answer: bytes | None) -> Iterator[int]:
    """Serve one connection with fixed bytes, or with silence; return the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        over = threading.Event()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                if answer is None:
                    over.wait()
                else:
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield int(listener.getsockname()[1])
        over.set()
        thread.join()


def closed_port() -> int:
    """Return a port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_vnc_greeting_is_an_answer() -> None:
    with server(b"RFB 003.008\n") as port:
        assert answers.vnc(port) is None


def test_another_greeting_is_none() -> None:
    with server(b"HTTP/1.1 400\r\n") as port:
        assert answers.vnc(port) == f"port {port} does not greet as a VNC server"


def test_a_hung_server_is_noticed_within_the_deadline() -> None:
    with server(None) as port:
        assert answers.vnc(port, timeout=0.2) == f"no VNC greeting on port {port} (timed out)"


def test_a_closed_port_is_noticed() -> None:
    port = closed_port()
    assert answers.vnc(port) == f"no VNC greeting on port {port} (Connection refused)"


def test_an_absent_display_is_noticed() -> None:
    assert "the X server does not answer" in (answers.display(number=987) or "")


def test_the_expected_status_is_an_answer() -> None:
    with server(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n") as port:
        assert probes.http(port, "/mcp", "a", status=400) is None


def test_another_status_is_named() -> None:
    with server(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n") as port:
        told = probes.http(port, "/mcp", "a", status=400)
    assert told == f"GET /mcp on port {port} answered 403 where 400 was expected"


def test_an_answer_that_is_no_http_is_named() -> None:
    with server(b"RFB 003.008\n") as port:
        assert "no HTTP in the answer" in (probes.http(port, "/", "a") or "")


def test_a_gate_gives_up_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(gate.NEEDS, "vnc", lambda: "still silent")
    assert gate.wait("vnc", patience=0.05) == "still silent"


def test_a_gate_opens_when_the_need_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    silence = iter(["not yet", "not yet", None])
    monkeypatch.setitem(gate.NEEDS, "vnc", lambda: next(silence))
    assert gate.wait("vnc") is None


def process(proc: Path, pid: int, name: str, state: str, group: int, program: str = "") -> None:
    """Write the files of one process."""
    folder = proc / str(pid)
    folder.mkdir()
    (folder / "stat").write_text(f"{pid} ({name}) {state} 1 {group} 0\n")
    (folder / "environ").write_bytes(f"A=1\0SUPERVISOR_PROCESS_NAME={program}\0".encode())


def test_a_stopped_process_is_found_whatever_its_name(tmp_path: Path) -> None:
    process(tmp_path, 7, "odd) T (name", "T", 7)
    process(tmp_path, 8, "odd) T (name", "S", 8)
    (tmp_path / "self").mkdir()
    assert processes.stopped(tmp_path) == {7: "odd) T (name"}


def test_a_program_is_the_leader_of_the_group_that_bears_its_name(tmp_path: Path) -> None:
    process(tmp_path, 20, "renderer", "S", 10, "chromium")
    process(tmp_path, 10, "chromium", "S", 10, "chromium")
    process(tmp_path, 30, "node", "S", 30, "playwright-mcp")
    assert programs.find_program("chromium", tmp_path) == 10
    assert programs.find_program("novnc", tmp_path) is None


def test_processes_killed_for_memory_are_counted_in_both_kinds_of_control_groups(
    tmp_path: Path,
) -> None:
    second, first = tmp_path / "memory.events", tmp_path / "memory.oom_control"
    first.write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 3\n")
    assert processes.oom_kills((second, first)) == 3
    second.write_text("low 0\nhigh 0\nmax 9\noom 2\noom_kill 1\n")
    assert processes.oom_kills((second, first)) == 1
    assert processes.oom_kills((tmp_path / "absent",)) == 0


def test_a_missing_or_empty_password_file_is_refused(tmp_path: Path) -> None:
    control, watch = tmp_path / "vnc-password", tmp_path / "vnc-watch-password"
    watch.write_text("\n")
    missing, empty = preflight.password_problems((control, watch))
    assert f"{control} is missing" in missing
    assert f"{watch} is empty" in empty


def test_passwords_that_the_protocol_cannot_tell_apart_are_refused(tmp_path: Path) -> None:
    control, watch = tmp_path / "vnc-password", tmp_path / "vnc-watch-password"
    control.write_text("12345678-control\n")
    watch.write_text("12345678-watch\n")
    (same,) = preflight.password_problems((control, watch))
    assert f"{watch} holds the same password as {control}" in same
    watch.write_text("1234567-watch\n")
    assert preflight.password_problems((control, watch)) == []


def test_a_time_zone_is_a_file_of_the_database(tmp_path: Path) -> None:
    zones = tmp_path / "zoneinfo"
    zones.mkdir()
    (zones / "UTC").touch()
    (tmp_path / "secret").touch()
    assert preflight.time_zone_problem("UTC", zones) is None
    assert preflight.time_zone_problem("", zones) is None
    assert "'Mars'" in (preflight.time_zone_problem("Mars", zones) or "")
    assert "'../secret'" in (preflight.time_zone_problem("../secret", zones) or "")
