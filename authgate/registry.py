"""The registry on disk: `session.key`, and one `instances/<id>.json` each."""

import json
import time
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

from authgate.files import FileCache, RegistryTrouble
from authgate.model import Record
from authgate.records import RecordReader

KEY_FILE = "session.key"
KEY_BYTES = 32
INSTANCES = "instances"
SUFFIX = ".json"


class Registry:
    """Reads the registry in `folder`, which `authgate sync` writes."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._keys = FileCache(folder, parse_key, clock)
        self._records = FileCache(folder / INSTANCES, parse_record, clock)

    def recent_record(self, instance: str) -> Record | None:
        """The record, if it was confirmed within the last half second; no disk is touched."""
        return self._records.recent(instance + SUFFIX)

    def record(self, instance: str) -> Record | None:
        """The record that stands on disk now; raises RegistryTrouble where none can be read."""
        return self._records.read(instance + SUFFIX)

    @property
    def cached(self) -> int:
        """How many records are in memory."""
        return len(self._records)

    def session_key(self) -> bytes:
        """The 32 bytes that sign sessions; raises RegistryTrouble where there are none."""
        key = self._keys.recent(KEY_FILE) or self._keys.read(KEY_FILE)
        if key is None:
            raise RegistryTrouble(f"{self._folder / KEY_FILE}: missing; run authgate sync")
        return key


def parse_record(name: str, content: bytes) -> Record:
    """The record in a file of this name; raises RegistryTrouble naming each problem."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise RegistryTrouble(f"{name}: not JSON; run authgate sync") from error
    reader = RecordReader()
    record = reader.record(value, name)
    if not reader.problems and record.id != name.removesuffix(SUFFIX):
        reader.problems.append(f"{name}: describes {record.id}; run authgate sync")
    if reader.problems:
        raise RegistryTrouble("; ".join(reader.problems))
    return record


def parse_key(name: str, content: bytes) -> bytes:
    """The key in the file `session.key`: base64 of 32 bytes, one line."""
    try:
        key = b64decode(content.strip(), validate=True)
    except ValueError as error:
        raise RegistryTrouble(f"{name}: not base64; run authgate sync") from error
    if len(key) != KEY_BYTES:
        raise RegistryTrouble(f"{name}: holds {len(key)} bytes, not {KEY_BYTES}; run authgate sync")
    return key
