"""Where tables are printed."""

import sys

from rich.console import Console

UNBROKEN = 1000


def table_console() -> Console:
    """The terminal; what is none has no edge at which to break lines."""
    return Console(width=None if sys.stdout.isatty() else UNBROKEN)
