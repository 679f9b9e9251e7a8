"""The Python language host as a process: how it runs programs, and how all of it ends."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import language_pb2 as messages
from pulumi.runtime.proto.language_pb2_grpc import LanguageRuntimeStub

REPOSITORY = Path(__file__).parents[2]
# As the engine's limit for a plugin that it has asked to end (SDK, plugin.go, Plugin.Kill).
# The host ends within five; others may be at work on the machine.
END_SECONDS = 15

# In place of pulumi-language-python-exec, which needs a whole engine: runs the program alone.
EXECUTOR = "import runpy, sys; runpy.run_path(sys.argv[-1], run_name='__main__')"
# Has a child, and both hold on to stdout and to the file `alive`.
LASTING = """
import signal, subprocess
with open("alive", "w") as alive:
    subprocess.Popen(["sleep", "600"], pass_fds=[alive.fileno()])
    print("running", file=alive, flush=True)
    signal.pause()
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)" + LASTING


class Engine:
    """A gRPC server that knows no method: all that the host asks of an engine is to be there."""

    def __init__(self) -> None:
        self.server = grpc.server(ThreadPoolExecutor(1))
        self.address = f"127.0.0.1:{self.server.add_insecure_port('127.0.0.1:0')}"
        self.server.start()

    def end(self) -> None:
        self.server.stop(None).wait()


class Host:
    """The language host, started in `folder` as the engine starts it."""

    def __init__(self, folder: Path, address: str | None) -> None:
        self.folder = folder
        executor = folder / "executor.py"
        executor.write_text(EXECUTOR)
        flags = ["-use-executor", str(executor)]
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-m",
                "toolchain.language_host",
                *flags,
                *filter(None, [address]),
            ],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), "PULUMI_PYTHON_CMD": sys.executable},
            stdout=subprocess.PIPE,
            text=True,
            process_group=0,
        )
        assert self.process.stdout is not None
        self.channel = grpc.insecure_channel(f"127.0.0.1:{int(self.process.stdout.readline())}")
        self.runtime = LanguageRuntimeStub(self.channel)

    def info(self, **options: str) -> messages.ProgramInfo:
        info = messages.ProgramInfo(
            root_directory=str(self.folder),
            program_directory=str(self.folder),
            entry_point="app.py",
        )
        info.options.update(options)
        return info

    def program(self, text: str) -> messages.RunRequest:
        """A request to run `text`."""
        (self.folder / "app.py").write_text(text)
        return messages.RunRequest(info=self.info(), config={"shop:size": "3"})

    def tree_ended(self) -> str:
        """Waits until the host and all that it started have let go of stdout; what they wrote."""
        return self.process.communicate(timeout=END_SECONDS)[0]

    def end(self) -> None:
        self.channel.close()
        self.process.send_signal(signal.SIGINT)
        self.tree_ended()


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.end()


@pytest.fixture
def host(engine: Engine, tmp_path: Path) -> Iterator[Host]:
    host = Host(tmp_path, engine.address)
    yield host
    host.end()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_host_ends_cleanly_when_asked(host: Host, number: signal.Signals) -> None:
    host.process.send_signal(number)
    assert host.process.wait(END_SECONDS) == 0


@pytest.fixture
def alive(host: Host) -> Iterator[int]:
    """A pipe that every process of the program LASTING holds open."""
    path = host.folder / "alive"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    yield reader
    os.close(reader)


def read(pipe: int) -> bytes:
    """What comes through `pipe`; b"" once nobody holds it open any more."""
    assert select.select([pipe], [], [], END_SECONDS)[0], "nothing came, and nobody let go"
    return os.read(pipe, 100)


def test_nothing_of_a_program_outlives_the_engine(engine: Engine, host: Host, alive: int) -> None:
    running = host.runtime.Run.future(host.program(STUBBORN))
    assert read(alive) == b"running\n"
    engine.end()
    host.tree_ended()
    assert host.process.returncode == 0
    assert running.done()
    assert read(alive) == b""


def test_a_handshake_names_the_engine_to_follow(tmp_path: Path) -> None:
    engine = Engine()
    host = Host(tmp_path, None)
    host.runtime.Handshake(messages.LanguageHandshakeRequest(engine_address=engine.address))
    engine.end()
    assert host.process.wait(END_SECONDS) == 0
    host.end()


def test_cancel_ends_the_program_and_its_children(host: Host, alive: int) -> None:
    running = host.runtime.Run.future(host.program(LASTING))
    assert read(alive) == b"running\n"
    host.runtime.Cancel(Empty())
    assert running.result(END_SECONDS).error == "Program was ended by SIGTERM"
    assert read(alive) == b""


def test_a_run_that_the_engine_gives_up_ends_the_program(host: Host, alive: int) -> None:
    running = host.runtime.Run.future(host.program(LASTING))
    assert read(alive) == b"running\n"
    running.cancel()
    assert read(alive) == b""
    assert host.process.poll() is None


def test_a_program_writes_to_the_stdout_of_the_host(host: Host) -> None:
    assert host.runtime.Run(host.program("print('hello')")).error == ""
    host.process.send_signal(signal.SIGINT)
    assert host.tree_ended() == "hello\n"


@pytest.mark.parametrize(
    ("text", "error", "bail"),
    [
        ("raise SystemExit(7)", "Program exited with non-zero exit code: 7", False),
        ("raise SystemExit(32)", "", True),
    ],
)
def test_a_failing_program_is_told_as_pulumi_tells_it(
    host: Host, text: str, error: str, bail: bool
) -> None:
    result = host.runtime.Run(host.program(text))
    assert (result.error, result.bail) == (error, bail)


def test_a_program_gets_the_config_and_nothing_of_the_hosts_own_path(host: Host) -> None:
    seen = host.folder / "seen.json"
    program = "import json, os; json.dump(dict(os.environ), open('seen.json', 'w'))"
    assert host.runtime.Run(host.program(program)).error == ""
    environ = json.loads(seen.read_text())
    assert json.loads(environ["PULUMI_CONFIG"]) == {"shop:size": "3"}
    assert str(REPOSITORY) not in environ.get("PYTHONPATH", "")
