"""The decision log's way out."""

import asyncio
from typing import BinaryIO

_INTERVAL = 0.05


class BatchWriter:
    """Writes lines within 50 ms, many at once: a write for each costs more than its decision."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lines: list[bytes] = []

    def write(self, line: bytes) -> None:
        """Takes one line, its newline included; called from the event loop only."""
        if not self._lines:
            asyncio.get_running_loop().call_later(_INTERVAL, self.flush)
        self._lines.append(line)

    def flush(self) -> None:
        """Writes what is left."""
        lines, self._lines = self._lines, []
        self._stream.write(b"".join(lines))
        self._stream.flush()
