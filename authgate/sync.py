"""Writing the registry: one document in, every file replaced whole or not at all.

All new files are written and flushed under other names before the first is put in place, so a
full volume changes nothing. Then what takes access away goes first: records that are gone, the
key, the records. A kill at any point leaves whole files, old or new; the next run ends the work.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from authgate.errors import AuthgateError
from authgate.files import RegistryTrouble
from authgate.records import RecordReader
from authgate.registry import INSTANCES, KEY_FILE, SUFFIX, parse_key

_LOCK_FILE = ".sync.lock"
_UNFINISHED = ".new"
_FORMAT = '{"sessionKey": "<base64 of 32 bytes>", "instances": [<record>, …]}'


@dataclass(frozen=True)
class Document:
    """What the registry shall hold: file names, relative to it, and their contents."""

    key: bytes
    records: dict[str, bytes]


@dataclass(frozen=True)
class Changes:
    """How many records one run wrote, left alone and removed."""

    written: int
    unchanged: int
    removed: int


def read_document(text: bytes) -> Document:
    """Parses a sync document; raises AuthgateError naming every problem."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AuthgateError(f"standard input is not JSON; expected {_FORMAT}") from error
    reader = RecordReader()
    fields = reader.fields(value, "document", ("sessionKey", "instances"))
    records: dict[str, bytes] = {}
    for number, item in enumerate(reader.items(fields.get("instances"), "instances")):
        record = reader.record(item, f"instances[{number}]")
        name = record.id + SUFFIX
        if name in records and record.id:
            reader.problems.append(f"instances[{number}].id: {record.id} is there twice")
        records[name] = json.dumps(item, sort_keys=True).encode() + b"\n"
    key = _session_key(fields.get("sessionKey"), reader.problems)
    if reader.problems:
        raise AuthgateError("the sync document is wrong, nothing was written:", reader.problems)
    return Document(key, records)


def write_registry(folder: Path, document: Document) -> Changes:
    """Makes the registry in `folder` hold the document; raises AuthgateError on a full volume."""
    try:
        (folder / INSTANCES).mkdir(mode=0o700, exist_ok=True)
        _own(folder / INSTANCES, folder)
        with _alone(folder):
            return _replace(folder, document)
    except OSError as error:
        raise AuthgateError(
            f"cannot write the registry in {folder}: {error.strerror}; "
            "every file that was there still is. Make room or allow writing, then run sync again"
        ) from error


def _replace(folder: Path, document: Document) -> Changes:
    wanted = {folder / INSTANCES / name: data for name, data in document.records.items()}
    _remove_unfinished(folder)
    gone = [path for path in (folder / INSTANCES).glob(f"*{SUFFIX}") if path not in wanted]
    key = {folder / KEY_FILE: document.key}
    changed = [path for path, data in (key | wanted).items() if not _holds(path, data)]
    try:
        for path in changed:
            _write(_unfinished(path), (key | wanted)[path], folder)
    except OSError:
        _remove_unfinished(folder)
        raise
    for path in gone:
        path.unlink()
    for path in changed:
        _unfinished(path).replace(path)
    for place in (folder, folder / INSTANCES):
        _flush(place)
    written = len([path for path in changed if path in wanted])
    return Changes(written, len(wanted) - written, len(gone))


def _session_key(value: object, problems: list[str]) -> bytes:
    content = b""
    try:
        content = value.encode("ascii") + b"\n" if isinstance(value, str) else b""
        parse_key("sessionKey", content)
    except (RegistryTrouble, UnicodeEncodeError):
        problems.append("sessionKey: expected base64 of 32 bytes, found something else")
    return content


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / _LOCK_FILE).open("w") as lock:
        _own(folder / _LOCK_FILE, folder)
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _holds(path: Path, data: bytes) -> bool:
    return path.exists() and path.read_bytes() == data


def _unfinished(path: Path) -> Path:
    return path.with_name(path.name + _UNFINISHED)


def _remove_unfinished(folder: Path) -> None:
    for place in (folder, folder / INSTANCES):
        for path in place.glob(f"*{_UNFINISHED}"):
            path.unlink()


def _write(path: Path, data: bytes, folder: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    _own(path, folder)


def _own(path: Path, folder: Path) -> None:
    """Gives a file to the owner of the registry: the gate reads it, whoever ran sync."""
    owner = folder.stat()
    if path.stat().st_uid != owner.st_uid:
        os.chown(path, owner.st_uid, owner.st_gid)


def _flush(place: Path) -> None:
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
