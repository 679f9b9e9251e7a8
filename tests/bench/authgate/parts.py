"""What is measured: Traefik, the gate, its rivals and a backend, each on addresses of its own."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from socket import create_connection

import psutil

from authgate.settings import GATE_PORT
from authgate.sync import read_document, write_registry
from components.core.flags import RUNTIME
from tests.authgate.harness import ALICE, DOMAIN, document, record
from tests.bench.authgate.containers import GATE_IMAGE, build_gate, container
from tests.bench.authgate.routes import (
    BACKEND,
    BUSY,
    EDGES,
    FLOOR,
    GATE,
    HOST,
    entry_points,
    routes,
)
from tests.waiting import until

TRAEFIK = "mcpier/base-traefik:3.7.15"
# Gates that differ in how many instances their registry holds.
GATES = {BUSY: GATE, 1_000: "127.0.0.23", 10_000: "127.0.0.24"}
# The gate's connections alone.
BARE = f"127.0.0.25:{GATE_PORT}"
_READY_SECONDS = 60


@dataclass(frozen=True)
class Parts:
    """The processes whose cost is counted; `gates` by the size of their registry."""

    traefik: psutil.Process
    floor: psutil.Process
    bare: psutil.Process
    gates: Mapping[int, psutil.Process]


@contextmanager
def running(folder: Path) -> Iterator[Parts]:
    """Everything, started in `folder` and ended on leaving."""
    build_gate()
    with ExitStack() as stack:
        enter = stack.enter_context
        backend = _built(folder, "backend")
        enter(_process([backend], BACKEND, {"LISTEN": BACKEND}, folder / "backend.log"))
        environment = {"LISTEN": FLOOR, "TOKEN": ALICE}
        floor = enter(_process([_built(folder, "floor")], FLOOR, environment, folder / "floor.log"))
        gates = {size: enter(_gate(folder, size, address)) for size, address in GATES.items()}
        bare = enter(_bare())
        yield Parts(traefik=enter(_traefik(folder)), floor=floor, bare=bare, gates=gates)


def _built(folder: Path, name: str) -> str:
    source = Path(__file__).parent / "go"
    binary = str(folder / name)
    subprocess.run(["go", "build", "-trimpath", "-o", binary, f"./{name}"], cwd=source, check=True)
    return binary


@contextmanager
def _gate(folder: Path, size: int, address: str) -> Iterator[psutil.Process]:
    registry = folder / f"registry-{size}"
    registry.mkdir()
    records = [record(f"bench-{number}") for number in range(size)]
    write_registry(registry, read_document(document(*records)))
    environment = {
        "AUTHGATE_DOMAIN": DOMAIN,
        "AUTHGATE_LISTEN": address,
        "AUTHGATE_REGISTRY": str(registry),
    }
    options = [f"--env={name}={value}" for name, value in environment.items()]
    log = folder / f"gate-{size}.log"
    log.touch()
    # Its log goes to a file: what Docker's own log costs is Docker's.
    command = ["sh", "-c", f"exec authgate serve > {log}"]
    with container(GATE_IMAGE, command, *options, sees=[registry, log]) as process:
        _await_port(f"{address}:{GATE_PORT}")
        yield process


@contextmanager
def _bare() -> Iterator[psutil.Process]:
    program = Path(__file__).with_name("bare.py")
    with container(
        GATE_IMAGE, ["python", str(program), *BARE.split(":")], sees=[program]
    ) as process:
        _await_port(BARE)
        yield process


@contextmanager
def _process(
    command: Sequence[str], listens: str, environment: Mapping[str, str], log: Path
) -> Iterator[psutil.Process]:
    with log.open("wb") as output:
        process = psutil.Popen(
            command, env=os.environ | environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _await_port(listens)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def _traefik(folder: Path) -> Iterator[psutil.Process]:
    """Traefik in a container on the host's network, as it is deployed."""
    file = folder / "routes.yaml"
    file.write_text(json.dumps({"http": routes()}))
    files = [f"--providers.file.filename={file}", "--log.level=WARN"]
    options = [f"--env={name}={value}" for name, value in RUNTIME.items()]
    with container(TRAEFIK, [*entry_points(), *files], *options, sees=[file]) as process:
        _await_route(EDGES["none"])
        yield process


def _await_port(listens: str) -> None:
    address, _, port = listens.partition(":")

    def answers() -> bool:
        with suppress(OSError), closing(create_connection((address, int(port)), timeout=1)):
            return True
        return False

    until(answers, _READY_SECONDS, f"{listens} does not answer")


def _await_route(port: int) -> None:
    """Traefik listens before it has read its routes."""

    def answers() -> bool:
        with suppress(OSError), closing(HTTPConnection("127.0.0.1", port, timeout=1)) as asked:
            asked.request("GET", "/", headers={"Host": HOST % 0})
            return asked.getresponse().status == 200
        return False

    until(answers, _READY_SECONDS, f"Traefik on port {port} does not answer")
