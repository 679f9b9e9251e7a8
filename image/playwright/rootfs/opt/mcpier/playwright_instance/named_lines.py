"""Puts the name of a program before each of its lines, by which `mcpier logs` tells them apart."""

from typing import BinaryIO

# A program that writes no end of line is not waited for beyond this.
LONGEST = 16 << 10


class NamedLines:
    """Writes what programs print to one output: `[chromium] …`, whole lines only."""

    def __init__(self, output: BinaryIO) -> None:
        self._output = output
        self._begun: dict[str, bytes] = {}

    def take(self, program: str, data: bytes) -> None:
        """Write the lines that are whole by now, and keep the beginning of the next."""
        *lines, rest = (self._begun.pop(program, b"") + data).split(b"\n")
        while len(rest) > LONGEST:
            lines.append(rest[:LONGEST])
            rest = rest[LONGEST:]
        if rest:
            self._begun[program] = rest
        self._write(program, lines)

    def end(self, program: str) -> None:
        """Write what a program that has ended left without an end of line."""
        if program in self._begun:
            self._write(program, [self._begun.pop(program)])

    def _write(self, program: str, lines: list[bytes]) -> None:
        self._output.write(b"".join(b"[%s] %s\n" % (program.encode(), line) for line in lines))
        self._output.flush()
