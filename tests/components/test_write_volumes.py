"""The writer of files in volumes, run as the process that it is."""

import bz2
import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "components" / "scripts" / "write_volumes.py"
# JSON may hold what UTF-8 may not: the write of this text fails when its beginning is on disk.
UNWRITABLE = "x" * 1_000_000 + "\ud800"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "volume"
    root.mkdir()
    return root


def write(root: Path, files: dict[str, str], **how: Any) -> int:
    """Makes the volume hold the files, in a way that `run` knows; the exit status."""
    return run(root, files, **how).returncode


def run(
    root: Path,
    files: dict[str, str],
    mode: str = "0400",
    kept: Sequence[str] = (),
    watched: bool = False,
) -> subprocess.CompletedProcess[bytes]:
    document = {
        "kept": [str(root / name) for name in kept],
        "roots": [str(root)],
        "watched": watched,
        "files": [
            {"path": str(root / name), "content": text, "mode": mode, "uid": str(os.getuid())}
            for name, text in files.items()
        ],
    }
    return subprocess.run(
        [sys.executable, str(SCRIPT)],
        input=b64encode(bz2.compress(json.dumps(document).encode())),
        capture_output=True,
        check=False,
    )


def held(root: Path) -> dict[str, str]:
    return {
        file.relative_to(root).as_posix(): file.read_text()
        for file in root.rglob("*")
        if file.is_file()
    }


def test_a_volume_holds_what_was_written_and_nothing_else(root: Path) -> None:
    (root / "old" / "deep").mkdir(parents=True)
    (root / "old" / "deep" / "file").write_text("old")
    files = {"tls/a.crt": "certificate\n", "mcpier.yaml": "{}"}
    assert write(root, files) == 0
    assert held(root) == files
    assert sorted(path.name for path in root.iterdir()) == ["mcpier.yaml", "tls"]


@pytest.mark.parametrize("mode", ["0400", "0444", "0600"])
def test_a_file_has_its_mode_and_owner(root: Path, mode: str) -> None:
    assert write(root, {"key": "secret"}, mode=mode) == 0
    status = (root / "key").stat()
    assert status.st_mode & 0o7777 == int(mode, 8)
    assert status.st_uid == status.st_gid == os.getuid()


def test_a_second_run_leaves_the_same(root: Path) -> None:
    files = {"a": "1", "b/c": "2"}
    assert write(root, files) == write(root, files) == 0
    assert held(root) == files


def test_who_has_a_file_open_reads_the_old_one_to_its_end(root: Path) -> None:
    old, new = "old" * 100_000, "new" * 100_000
    write(root, {"file": old})
    with (root / "file").open() as reader:
        beginning = reader.read(10)
        write(root, {"file": new})
        assert beginning + reader.read() == old
    assert held(root) == {"file": new}


def test_a_write_that_fails_leaves_the_old_file_whole_and_removes_nothing(root: Path) -> None:
    write(root, {"file": "old", "other": "kept"})
    assert write(root, {"file": UNWRITABLE}) != 0
    assert held(root)["file"] == "old"
    assert held(root)["other"] == "kept"


def test_what_a_failed_write_left_is_gone_after_the_next(root: Path) -> None:
    assert write(root, {"file": UNWRITABLE}) != 0
    assert write(root, {"file": "new"}) == 0
    assert held(root) == {"file": "new"}


def test_a_document_is_replaced_only_after_the_files_that_it_names(root: Path) -> None:
    write(root, {"tls/a.key": "a", "mcpier.yaml": "a.key"})
    assert write(root, {"tls/b.key": UNWRITABLE, "mcpier.yaml": "b.key"}) != 0
    assert held(root)["mcpier.yaml"] == "a.key"
    assert held(root)["tls/a.key"] == "a"


def test_an_empty_document_empties_the_volume(root: Path) -> None:
    write(root, {"a": "1", "b/c": "2"})
    assert write(root, {}) == 0
    assert list(root.iterdir()) == []


def test_what_is_somebody_elses_stays(root: Path) -> None:
    write(root, {"host/a.key": "1", "host.yaml": "2", "hosts": "3", "old": "4"})
    assert write(root, {"mcpier.yaml": "{}"}, kept=["host", "host.yaml", "absent"]) == 0
    assert held(root) == {"host/a.key": "1", "host.yaml": "2", "mcpier.yaml": "{}"}


def test_a_secret_goes_whatever_it_and_its_neighbours_name(root: Path) -> None:
    itself = {"env/KEY_FILE": "/run/secrets/mcpier/env/KEY_FILE and env/KEY"}
    write(root, {"env/KEY": "secret", **itself})
    assert write(root, itself) == 0
    assert held(root) == itself
    assert write(root, {}) == 0
    assert list(root.iterdir()) == []


def test_what_a_replaced_file_named_stays_for_who_has_just_read_it(root: Path) -> None:
    def pair(name: str) -> dict[str, str]:
        return {f"tls/{name}.key": name, "mcpier.yaml": f"/etc/dynamic/tls/{name}.key"}

    write(root, pair("first"), watched=True)
    write(root, pair("second"), watched=True)
    assert held(root) == pair("second") | {"tls/first.key": "first"}
    write(root, pair("third"), watched=True)
    assert held(root) == pair("third") | {"tls/second.key": "second"}
    write(root, pair("third"), watched=True)
    assert held(root) == pair("third")


def test_a_folder_goes_with_the_last_file_in_it(root: Path) -> None:
    write(root, {"tls/a.key": "a", "mcpier.yaml": "tls/a.key"}, watched=True)
    write(root, {"mcpier.yaml": "nothing"}, watched=True)
    assert (root / "tls" / "a.key").exists()
    write(root, {"mcpier.yaml": "nothing"}, watched=True)
    assert [path.name for path in root.rglob("*")] == ["mcpier.yaml"]


def test_what_a_removed_file_named_stays_as_long(root: Path) -> None:
    write(
        root,
        {"host/a.key": "a", "host.yaml": "/etc/dynamic/host/a.key", "mcpier.yaml": "1"},
        watched=True,
    )
    write(root, {"mcpier.yaml": "2"}, watched=True)
    assert held(root) == {"host/a.key": "a", "mcpier.yaml": "2"}
    write(root, {"mcpier.yaml": "2"}, watched=True)
    assert held(root) == {"mcpier.yaml": "2"}


def test_what_the_host_refuses_is_told_without_a_traceback(root: Path) -> None:
    (root / "taken").touch()
    done = run(root, {"taken/token": "secret"})
    assert done.returncode == 1
    assert done.stderr.decode() == (
        f"files could not be written into a volume: File exists at {root / 'taken'}\n"
        "  → mend what it names on the Docker host, and run the update again\n"
    )


def test_a_full_disk_is_told_without_a_traceback(root: Path) -> None:
    (root / "token.partial").symlink_to("/dev/full")
    done = run(root, {"token": "secret"})
    assert done.returncode == 1
    assert b"No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr
