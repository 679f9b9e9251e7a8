"""Writing the registry: all problems named, every file whole, whatever happens meanwhile."""

import json
import os
import random
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from authgate.errors import AuthgateError
from authgate.listing import list_registry
from authgate.sync import Changes, read_document, write_registry
from tests.authgate.harness import ALICE, KEY, document, record, token


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".sync.lock"
    }


def sync(folder: Path, *records: dict[str, Any], key: bytes = KEY) -> Changes:
    return write_registry(folder, read_document(document(*records, key=key)))


def test_a_run_writes_what_changed_and_removes_what_is_gone(tmp_path: Path) -> None:
    assert sync(tmp_path, record("a"), record("b"), record("c")) == Changes(3, 0, 0)
    before = (tmp_path / "instances" / "a.json").stat()
    assert sync(tmp_path, record("a"), record("b", state="stopped")) == Changes(1, 1, 1)
    assert (tmp_path / "instances" / "a.json").stat() == before
    assert set(files(tmp_path)) == {"instances/a.json", "instances/b.json", "session.key"}


def test_only_its_owner_reads_the_registry(tmp_path: Path) -> None:
    sync(tmp_path, record())
    for path in (tmp_path / "session.key", tmp_path / "instances" / "demo.json"):
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.stat().st_uid == tmp_path.stat().st_uid


def test_every_problem_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    sync(tmp_path, record())
    before = files(tmp_path)
    tokens = [token("a b", "x", "stare"), token("c", "y", expires="soon") | {"sha256": ALICE}]
    wrong = record("Demo", state="paused", tokens=tokens, origins=["https://x/"], vncPasswort=1)
    text = document(wrong, record(), record(), key=b"short")
    with pytest.raises(AuthgateError) as raised:
        write_registry(tmp_path, read_document(text))
    named = "\n".join(raised.value.problems)
    for part in (
        "instances[0].id: ",
        "instances[0].state: expected running or stopped, found 'paused'",
        "instances[0].tokens[0].name: ",
        "instances[0].tokens[0].grant: expected mcp or view or watch or operator, found 'stare'",
        "instances[0].tokens[1].expires: ",
        "instances[0].tokens[1].sha256: ",
        "instances[0].origins[0]: ",
        "instances[0].vncPasswort: no such key; did you mean vncPassword?",
        "instances[2].id: demo is there twice",
        "sessionKey: ",
    ):
        assert part in named
    assert ALICE not in named
    assert files(tmp_path) == before


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_a_text_that_is_no_document_is_refused(text: bytes) -> None:
    with pytest.raises(AuthgateError):
        read_document(text)


def test_two_tokens_of_one_name_and_grant_are_refused() -> None:
    for tokens in (
        [token("a", "x"), token("a", "y")],
        [token("a", "x"), token("b", "x")],
    ):
        with pytest.raises(AuthgateError, match="repeats the name or the digest"):
            read_document(document(record(tokens=tokens)))
    read_document(document(record(tokens=[token("a", "x"), token("a", "y", "view")])))


def test_a_volume_without_room_fails_the_run_and_loses_nothing(tmp_path: Path) -> None:
    sync(tmp_path, record("a"), record("b"))
    before = files(tmp_path)
    large = record("b", origins=[f"https://host-{n}.example.org" for n in range(1000)])
    # The kernel refuses to write a file past this size, as it refuses on a full volume.
    done = subprocess.run(
        [sys.executable, "-m", "authgate", "sync"],
        input=document(record("a", state="stopped"), large, record("c"), key=bytes(32)),
        env=os.environ | {"AUTHGATE_REGISTRY": str(tmp_path)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)),
        capture_output=True,
    )
    assert done.returncode == 1
    assert done.stderr.decode().startswith(f"authgate: cannot write the registry in {tmp_path}: ")
    assert b"Traceback" not in done.stderr
    assert files(tmp_path) == before


ALTERNATING = """
import sys
from pathlib import Path
from authgate.sync import read_document, write_registry
one, two = (read_document(line.encode()) for line in sys.stdin.read().splitlines())
print("ready", flush=True)
while True:
    write_registry(Path(sys.argv[1]), one)
    write_registry(Path(sys.argv[1]), two)
"""


def test_a_kill_at_any_moment_leaves_whole_files_old_or_new(tmp_path: Path) -> None:
    one = document(*[record(f"i{n}") for n in range(12)])
    two = document(*[record(f"i{n}", state="stopped") for n in range(4, 16)], key=bytes(32))
    versions = [files_of(tmp_path / name, text) for name, text in (("one", one), ("two", two))]
    folder = tmp_path / "registry"
    folder.mkdir()
    chance = random.Random(20261122)
    for _ in range(25):
        kill_while_writing(folder, one + b"\n" + two, chance.uniform(0.001, 0.05))
        found = {n: data for n, data in files(folder).items() if not n.endswith(".new")}
        for name, data in found.items():
            assert data in [version.get(name) for version in versions], name
        assert {f"instances/i{n}.json" for n in range(4, 12)} <= set(found)
    write_registry(folder, read_document(one))
    assert files(folder) == versions[0]


def files_of(folder: Path, text: bytes) -> dict[str, bytes]:
    folder.mkdir()
    write_registry(folder, read_document(text))
    return files(folder)


def kill_while_writing(folder: Path, documents: bytes, after: float) -> None:
    command = [sys.executable, "-c", ALTERNATING, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        process.stdin.write(documents)
        process.stdin.close()
        assert process.stdout.readline() == b"ready\n"
        if not (folder / "session.key").exists():
            # The first run has to get through once: before it there is nothing to keep.
            while not (folder / "instances" / "i15.json").exists():
                assert process.poll() is None
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            process.kill()


def test_the_listing_names_tokens_without_their_secrets(tmp_path: Path) -> None:
    sync(tmp_path, record(tokens=[token("alice", ALICE, expires="2027-06-30")]))
    text = list_registry(tmp_path)
    assert "demo  type playwright, running, origins: https://app.example.org" in text
    assert "alice  mcp, good until 2027-07-01 00:00 UTC" in text
    secrets = json.loads(files(tmp_path)["instances/demo.json"])
    assert secrets["tokens"][0]["sha256"] not in text
    assert secrets["vncPassword"] not in text


def test_the_listing_shows_the_others_beside_a_corrupt_record(tmp_path: Path) -> None:
    sync(tmp_path, record("a"), record("b"))
    (tmp_path / "instances" / "a.json").write_text("{")
    with pytest.raises(AuthgateError, match=r"a\.json: not JSON") as raised:
        list_registry(tmp_path)
    assert "b  type playwright" in raised.value.what
