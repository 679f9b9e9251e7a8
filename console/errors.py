"""What the command line says when it cannot go on."""

from dataclasses import dataclass


# Not frozen: contextlib assigns `__traceback__` to exceptions that pass through it.
@dataclass(eq=False)
class ConsoleError(Exception):
    """`what` tells what was expected and found, `remedy` what to do next."""

    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.what}\n  → {self.remedy}"


class Interrupted(ConsoleError):
    """The user has ended what ran."""
