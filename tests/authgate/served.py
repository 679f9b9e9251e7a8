"""A gate as a process of its own, on real sockets."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from authgate.gate import PATH
from tests.authgate.harness import ALICE, DOMAIN
from tests.processes import ended

GATE, PAGES, OPERATIONS = 9180, 9181, 9182


@dataclass
class Served:
    """A gate that runs; it has an address of the loopback network to itself."""

    folder: Path
    address: str
    environ: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.environ = os.environ | {
            "AUTHGATE_DOMAIN": DOMAIN,
            "AUTHGATE_LISTEN": self.address,
            "AUTHGATE_REGISTRY": str(self.folder),
        }

    def run(self, command: str, text: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            self.command(command), input=text, env=self.environ, capture_output=True, timeout=30
        )

    def command(self, command: str) -> list[str]:
        return [sys.executable, "-m", "authgate", command]

    def get(self, port: int, path: str, headers: dict[str, str]) -> int:
        with closing(http.client.HTTPConnection(self.address, port, timeout=10)) as connection:
            connection.request("GET", path, headers=headers)
            return connection.getresponse().status

    def check(self, value: str = ALICE, instance: str = "demo") -> int:
        headers = {
            "X-Forwarded-Host": f"mcp-{instance}.{DOMAIN}",
            "X-Forwarded-Uri": "/mcp",
            "X-Forwarded-For": "198.51.100.7",
            "Authorization": f"Bearer {value}",
        }
        return self.get(GATE, PATH, headers)


def loopback(last: int) -> str:
    """An address of the loopback network that no other run of these tests takes."""
    return f"127.{os.getpid() % 250 + 1}.{os.getpid() // 250 % 250}.{last}"


@contextmanager
def start(
    gate: Served, output: int | IO[bytes] = subprocess.PIPE
) -> "Iterator[subprocess.Popen[bytes]]":
    """A gate that answers, until the end of the block; its log goes to `output`."""
    command = gate.command("serve")
    with ended(
        subprocess.Popen(command, env=gate.environ, stdout=output, stderr=subprocess.PIPE)
    ) as process:
        deadline = time.monotonic() + 30
        while gate.run("health").returncode != 0:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
        yield process
