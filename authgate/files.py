"""Small files kept in memory for as long as the disk confirms them."""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

LOOK_AGAIN = 0.5
LONGEST_CACHED = 300.0

_log = logging.getLogger(__name__)

Value = TypeVar("Value")
# A file renamed over another differs in one of: time of writing, inode, size, time of change.
Signature = tuple[int, int, int, int]


class RegistryTrouble(Exception):
    """What stands on disk cannot be used; the text names it and holds no secret."""


@dataclass(slots=True)
class _Entry(Generic[Value]):
    signature: Signature
    value: Value | None
    trouble: str
    looked: float


class FileCache(Generic[Value]):
    """The files of one folder, parsed.

    `parse` takes a file's name and content and raises RegistryTrouble for a corrupt one.
    """

    def __init__(
        self,
        folder: Path,
        parse: Callable[[str, bytes], Value],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        # As text, which costs a look nothing to make a path of.
        self._folder = str(folder)
        self._parse = parse
        self._clock = clock
        self._entries: dict[str, _Entry[Value]] = {}
        self._swept = clock()

    def __len__(self) -> int:
        return len(self._entries)

    def recent(self, name: str) -> Value | None:
        """What was read, if the disk confirmed it within the last half second."""
        entry = self._entries.get(name)
        if entry is None or self._clock() - entry.looked > LOOK_AGAIN:
            return None
        return entry.value

    def read(self, name: str) -> Value | None:
        """What stands on disk now, or None when the folder has no such file.

        A disk that does not answer leaves what it confirmed in the last five minutes; after
        that, and for a corrupt file at once, raises RegistryTrouble.
        """
        now = self._clock()
        self._sweep(now)
        try:
            entry = self._look(name)
        except OSError as error:
            entry = self._entries.get(name)
            if entry is None or now - entry.looked > LONGEST_CACHED:
                raise RegistryTrouble(f"{self._folder}/{name}: {error.strerror}") from error
        else:
            if entry is None:
                return None
            entry.looked = now
        if entry.trouble:
            raise RegistryTrouble(entry.trouble)
        return entry.value

    def _look(self, name: str) -> _Entry[Value] | None:
        path = f"{self._folder}/{name}"
        entry = self._entries.get(name)
        # A folder that is gone says nothing of its files. Looked at for files that are there too:
        # which are is not to be told by the time that it takes.
        os.stat(self._folder)
        try:
            if entry is None or entry.signature != signature(os.stat(path)):
                entry = self._entries[name] = self._load(path, name)
        except FileNotFoundError:
            self._entries.pop(name, None)
            return None
        return entry

    def _load(self, path: str, name: str) -> _Entry[Value]:
        with open(path, "rb") as file:
            stands = signature(os.fstat(file.fileno()))
            content = file.read()
        try:
            return _Entry(stands, self._parse(name, content), "", self._clock())
        except RegistryTrouble as trouble:
            _log.error("corrupt: %s", trouble)
            return _Entry(stands, None, str(trouble), self._clock())

    def _sweep(self, now: float) -> None:
        if now - self._swept > LONGEST_CACHED:
            self._swept = now
            old = [n for n, e in self._entries.items() if now - e.looked > LONGEST_CACHED]
            for name in old:
                del self._entries[name]


def signature(stat: os.stat_result) -> Signature:
    """What tells one version of a file from the next."""
    return stat.st_mtime_ns, stat.st_ino, stat.st_size, stat.st_ctime_ns
