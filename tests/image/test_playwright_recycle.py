"""When Chromium is started anew, by what the kernel tells of it."""

import os
import socket
from pathlib import Path

import pytest
from playwright_instance.recycle import (
    IDLE_SECONDS,
    LARGE_MIB,
    OLD_SECONDS,
    OLDEST_SECONDS,
    reason_to_recycle,
)
from playwright_instance.usage import Usage, in_use, read_usage


def reason(age: float = 0, memory: int = 0, idle: float = 0) -> str | None:
    return reason_to_recycle(Usage(age=age, memory=memory), idle)


def test_a_browser_in_use_is_left_alone_however_large_until_it_is_days_old() -> None:
    assert reason(age=OLDEST_SECONDS - 1, memory=10 * LARGE_MIB, idle=IDLE_SECONDS - 1) is None
    assert reason(age=OLDEST_SECONDS) == "72 h old"


def test_an_unused_browser_is_started_anew_when_it_is_old_or_large() -> None:
    assert reason(age=OLD_SECONDS - 1, memory=LARGE_MIB - 1, idle=IDLE_SECONDS) is None
    told = reason(age=OLD_SECONDS, idle=IDLE_SECONDS)
    assert told == "12 h old, and nobody has used it for 30 min"
    told = reason(memory=LARGE_MIB, idle=IDLE_SECONDS)
    assert told == "400 MiB large, and nobody has used it for 30 min"


def test_a_process_group_is_as_old_as_its_leader_and_as_large_as_all_of_it() -> None:
    usage = read_usage(os.getpgrp())
    assert usage is not None
    assert usage.age > 0
    assert 1 < usage.memory < 4096


def test_a_group_that_is_gone_has_no_usage(tmp_path: Path) -> None:
    (tmp_path / "uptime").write_text("100.0 1.0\n")
    assert read_usage(4711, tmp_path) is None


HEAD = "  sl  local_address rem_address   st tx_queue rx_queue"
CONNECTIONS = {
    "a client's": ("020011AC:1F90", "010011AC:D431", "01", True),
    "a client's over IPv6": (
        f"{'0' * 16}FFFF0000020011AC:1F90",
        f"{'0' * 16}FFFF0000010011AC:D431",
        "01",
        True,
    ),
    "the checker's": ("0100007F:1F90", "0100007F:D431", "01", False),
    "the checker's over IPv6": (
        f"{'0' * 16}FFFF00000100007F:1F90",
        f"{'0' * 16}FFFF00000100007F:D431",
        "01",
        False,
    ),
    "one that has ended": ("020011AC:1F90", "010011AC:D431", "06", False),
    "one that is awaited": ("00000000:1F90", "00000000:0000", "0A", False),
    "the browser's own, to the outside": ("020011AC:D431", "010011AC:1F90", "01", False),
}


@pytest.mark.parametrize(
    ("local", "remote", "state", "used"), CONNECTIONS.values(), ids=CONNECTIONS
)
def test_a_connection_tells_whether_the_instance_is_in_use(
    tmp_path: Path, local: str, remote: str, state: str, used: bool
) -> None:
    table = tmp_path / "tcp"
    table.write_text(f"{HEAD}\n   0: {local} {remote} {state} 00000000:00000000 00:00000000\n")
    assert in_use([8080, 6080], (table,)) is used


def test_a_kernel_without_ipv6_has_no_table_of_it(tmp_path: Path) -> None:
    table, absent = tmp_path / "tcp", tmp_path / "tcp6"
    table.write_text(f"{HEAD}\n   0: 020011AC:1F90 010011AC:D431 01 00000000:00000000\n")
    assert in_use([8080], (absent, table))
    assert not in_use([8080], (absent,))


def test_the_kernels_own_tables_are_read() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), server.accept()[0]:
            assert not in_use([port])
