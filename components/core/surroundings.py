"""What a config refers to besides itself, looked up beforehand so that reading it stays pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

EPOCH = datetime.fromtimestamp(0, UTC)
FILE_KEYS = ("certFile", "keyFile", "caFile")


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """A file that could not be read, and why."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """The files that a config names, by the name that it gives them, and the present moment.

    `environment` holds the variables that are set; None where nothing is to be deployed from here.
    """

    files: Mapping[str, str | Unreadable] = field(default_factory=dict, repr=False)
    now: datetime = EPOCH
    environment: Mapping[str, str] | None = field(default=None, repr=False)


NOTHING = Surroundings()


def named_files(config: Mapping[str, Any]) -> list[str]:
    """The files that a config names, as it names them."""
    tls = config.get("tls")
    if not isinstance(tls, Mapping):
        return []
    return sorted({name for key in FILE_KEYS if isinstance(name := tls.get(key), str) and name})
