"""A look at the whole registry: what readiness and the metrics say of it."""

import os
import threading
from dataclasses import dataclass
from pathlib import Path

from authgate.files import RegistryTrouble, Signature, signature
from authgate.hosts import PORTAL_ID
from authgate.model import Record
from authgate.registry import INSTANCES, KEY_FILE, SUFFIX, parse_key, parse_record


@dataclass(frozen=True)
class Findings:
    """`records` are those that can be read, sorted by id; `instances` counts them all.

    `written` is when the registry last changed, in seconds since 1970; 0 if it never did.
    """

    instances: int
    records: tuple[Record, ...]
    problems: tuple[str, ...]
    written: float


class Audit:
    """Reads every record, parsing only those that changed since its last look."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[str, tuple[Signature, Record | str]] = {}
        self._one_at_a_time = threading.Lock()

    def run(self) -> Findings:
        """What is there and what is wrong with it; blocks on the disk."""
        with self._one_at_a_time:
            problems = self._key_problems()
            records = self._folder / INSTANCES
            try:
                with os.scandir(records) as entries:
                    found = {e.name: signature(e.stat()) for e in entries if _is_record(e)}
                written = records.stat().st_mtime
            except OSError as error:
                return Findings(0, (), (*problems, f"{records}: {error.strerror}"), 0.0)
            self._seen = {name: self._check(name, at) for name, at in found.items()}
            read = [each for _, (_, each) in sorted(self._seen.items())]
            problems += [each for each in read if isinstance(each, str)]
            good = tuple(each for each in read if isinstance(each, Record))
            instances = len(found.keys() - {PORTAL_ID + SUFFIX})
            return Findings(instances, good, tuple(sorted(problems)), written)

    def _check(self, name: str, stands: Signature) -> tuple[Signature, Record | str]:
        """The record, or what is wrong with it."""
        seen = self._seen.get(name)
        if seen is not None and seen[0] == stands:
            return seen
        try:
            return stands, parse_record(name, (self._folder / INSTANCES / name).read_bytes())
        except RegistryTrouble as trouble:
            return stands, str(trouble)
        except OSError as error:
            return stands, f"{name}: {error.strerror}"

    def _key_problems(self) -> list[str]:
        try:
            parse_key(KEY_FILE, (self._folder / KEY_FILE).read_bytes())
        except RegistryTrouble as trouble:
            return [str(trouble)]
        except OSError as error:
            return [f"{KEY_FILE}: {error.strerror}; run authgate sync"]
        return []


def _is_record(entry: "os.DirEntry[str]") -> bool:
    return entry.name.endswith(SUFFIX)
