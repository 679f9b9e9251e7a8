"""What the gate and the pages share."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from authgate.ended import EndedSessions
from authgate.hosts import Hosts
from authgate.journal import Journal
from authgate.limits import FailureLimits
from authgate.registry import Registry
from authgate.sessions import Sessions


@dataclass(frozen=True)
class Context:
    """One process's state; `clock` gives seconds since 1970."""

    hosts: Hosts
    registry: Registry
    journal: Journal
    limits: FailureLimits = field(default_factory=FailureLimits)
    ended: EndedSessions = field(default_factory=EndedSessions)
    clock: Callable[[], float] = time.time

    def sessions(self) -> Sessions:
        """What it takes to check a session; raises RegistryTrouble without a key."""
        return Sessions(self.registry.session_key(), self.ended)
