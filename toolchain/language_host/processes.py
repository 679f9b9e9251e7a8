"""Child processes, each with its whole tree: started, read, and ended with the request."""

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from toolchain.language_host.errors import HostError

# The engine kills a plugin that lives 5 s after its SIGINT (Plugin.Kill in the SDK's plugin.go).
GRACE_SECONDS = 2.0

StreamName = Literal["stdout", "stderr"]
Send = Callable[[StreamName, bytes], Awaitable[None]]


@dataclass(frozen=True)
class Command:
    """argv, the whole environment, and the working folder (None: this host's)."""

    argv: Sequence[str]
    environ: Mapping[str, str]
    folder: Path | None = None


class Processes:
    """The child processes that live; each leads a process group of its own."""

    def __init__(self) -> None:
        self._running: set[Process] = set()

    @asynccontextmanager
    async def running(self, command: Command, *, captured: bool) -> AsyncIterator[Process]:
        """Runs `command`; whoever leaves the context before its end, ends its whole group.

        captured: stdout and stderr become pipes, for `copy_output`; otherwise they are this host's.
        Raises HostError if it cannot be started.
        """
        process = await _start(command, captured=captured)
        self._running.add(process)
        try:
            yield process
        finally:
            self._running.discard(process)
            await _end(process)

    async def captured(self, command: Command) -> tuple[int, bytes, bytes]:
        """Runs `command` to its end: exit status, stdout, stderr."""
        async with self.running(command, captured=True) as process:
            stdout, stderr = await process.communicate()
            return await process.wait(), stdout, stderr

    async def end_all(self) -> None:
        """Ends every process that lives, with its group."""
        await asyncio.gather(*(_end(process) for process in self._running))


async def copy_output(process: Process, send: Send) -> None:
    """Sends what a captured process writes, as it comes, until both of its streams end."""
    assert process.stdout is not None and process.stderr is not None
    # A gRPC stream takes one message at a time.
    turn = asyncio.Lock()
    async with asyncio.TaskGroup() as pumps:
        pumps.create_task(_pump("stdout", process.stdout, send, turn))
        pumps.create_task(_pump("stderr", process.stderr, send, turn))


async def _start(command: Command, *, captured: bool) -> Process:
    pipe = PIPE if captured else None
    try:
        return await asyncio.create_subprocess_exec(
            *command.argv,
            env=command.environ,
            cwd=command.folder,
            stdin=DEVNULL,
            stdout=pipe,
            stderr=pipe,
            process_group=0,
        )
    except OSError as error:
        raise HostError(
            f"could not start {command.argv[0]}: {error.strerror}: {error.filename}; "
            "see that the file and the folder are there, and may be read and executed"
        ) from error


async def _pump(
    name: StreamName, stream: asyncio.StreamReader, send: Send, turn: asyncio.Lock
) -> None:
    while data := await stream.read(65536):
        async with turn:
            await send(name, data)


async def _end(process: Process) -> None:
    if process.returncode is not None:
        return
    try:
        _signal_group(process.pid, signal.SIGTERM)
        async with asyncio.timeout(GRACE_SECONDS):
            await process.wait()
    except TimeoutError:
        pass
    finally:
        _signal_group(process.pid, signal.SIGKILL)
    await process.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)
