"""A command line behind MCP: run a command, read a file, write a file, all in one workspace."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import BaseModel, Field

WORKSPACE = Path("/workspace")
SECRETS = Path("/run/secrets/mcpier/env")
PORT = 8080
# What one answer may hold: an agent reads no more, and many at once must fit into memory.
MOST_BYTES = 256 << 10
RUNNER = Path(__file__).with_name("one_command.py")
# For ending what a command has started.
ENDING_SECONDS = 5

server = MCPServer(
    "shell", instructions=f"Commands run with bash in {WORKSPACE}, whose files are kept."
)


class Finished(BaseModel):
    """A command that has ended; output beyond 256 KiB is left out in its middle."""

    exit_code: int | None = Field(description="None where it was ended for taking too long.")
    output: str = Field(description="Standard output and standard error, as they came.")


@server.tool()
async def run(
    command: Annotated[str, Field(description="A command line for bash.")],
    timeout_seconds: Annotated[int | None, Field(ge=1, description="End it after this.")] = None,
) -> Finished:
    """Run a command in the workspace; what it started ends with it."""
    most = int(os.environ["SHELL_TIMEOUT_SECONDS"])
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-IS",
        str(RUNNER),
        command,
        cwd=WORKSPACE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=_environment(),
    )
    kept = Kept()
    try:
        async with asyncio.timeout(min(timeout_seconds or most, most)):
            await _drain(process, kept)
            return Finished(exit_code=await process.wait(), output=kept.text())
    except TimeoutError:
        return Finished(exit_code=None, output=kept.text())
    finally:
        await _end(process)


@server.tool()
def read(
    path: Annotated[str, Field(description="A file of the workspace, from there.")],
    offset: Annotated[int, Field(ge=0, description="The byte to begin with.")] = 0,
) -> str:
    """Read a file of the workspace, 256 KiB of it at most."""
    with _told(path), _within(path).open("rb") as file:
        file.seek(offset)
        return file.read(MOST_BYTES).decode("utf-8", errors="replace")


@server.tool()
def write(
    path: Annotated[str, Field(description="A file of the workspace, from there.")],
    content: Annotated[str, Field(description="All that it is to hold.")],
) -> str:
    """Write a file of the workspace; folders on the way are made."""
    with _told(path):
        file = _within(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")
    return f"{len(content.encode())} bytes in {path}"


class Kept:
    """The beginning and the end of an output."""

    def __init__(self) -> None:
        self.head, self.tail, self.dropped = b"", b"", 0

    def add(self, chunk: bytes) -> None:
        """Takes the next part of it."""
        room = MOST_BYTES // 2 - len(self.head)
        self.head += chunk[:room]
        tail = self.tail + chunk[room:] if room > 0 else self.tail + chunk
        over = max(0, len(tail) - MOST_BYTES // 2)
        self.dropped += over
        self.tail = tail[over:]

    def text(self) -> str:
        """What is kept of it, and how much is not."""
        gap = f"\n… {self.dropped} bytes left out …\n".encode() if self.dropped else b""
        return (self.head + gap + self.tail).decode("utf-8", errors="replace")


async def _drain(process: asyncio.subprocess.Process, kept: Kept) -> None:
    assert process.stdin is not None and process.stdout is not None
    while chunk := await process.stdout.read(65536):
        kept.add(chunk)
    process.stdin.close()


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ends the command with all that it has started."""
    with suppress(ProcessLookupError):
        process.terminate()
        # The command may have stopped its runner.
        process.send_signal(signal.SIGCONT)
        try:
            async with asyncio.timeout(ENDING_SECONDS):
                await process.wait()
        except TimeoutError:
            # It starts more than its runner can end.
            process.kill()
            await process.wait()


def _within(path: str) -> Path:
    found = (WORKSPACE / path).resolve()
    if not found.is_relative_to(WORKSPACE):
        raise ToolError(f"{path} is not within the workspace")
    return found


@contextmanager
def _told(path: str) -> Iterator[None]:
    """Raises `ToolError` where a file cannot be had: the client is shown no other's words."""
    try:
        yield
    except OSError as error:
        raise ToolError(f"{path}: {error.strerror}") from None


def _environment() -> dict[str, str]:
    """What commands are given: the instance's variables, secret ones included."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("SHELL_")}
    if not SECRETS.is_dir():
        return own
    return own | {file.name: file.read_bytes().decode() for file in SECRETS.iterdir()}


def main() -> None:
    """Serves until it is told to end."""
    server.run(
        "streamable-http",
        host="0.0.0.0",
        port=PORT,
        # The gate looks at host and origin, and nobody but Traefik reaches this port.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )


if __name__ == "__main__":
    main()
