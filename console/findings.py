"""What `mcpier doctor` finds."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from console.errors import ConsoleError

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that is not as it should be, and what to do.

    What is not serious is nothing wrong, and good to know.
    """

    what: str
    remedy: str
    serious: bool = True


@dataclass(frozen=True, kw_only=True)
class Check:
    """A question by its title; `look` gives what is wrong."""

    title: str
    look: Callable[[], Iterable[Finding]]

    def findings(self) -> list[Finding]:
        """What is wrong; a check that cannot be made is a finding too."""
        try:
            return list(self.look())
        except ConsoleError as error:
            return [Finding(what=error.what, remedy=error.remedy)]
        # The other checks have something to say, whatever this one has come upon.
        except Exception as error:
            _log.info("%s", self.title, exc_info=True)
            return [
                Finding(
                    what=f"it cannot be looked at: {type(error).__name__}: {error}",
                    remedy="report it with what the same command prints with -v",
                )
            ]
