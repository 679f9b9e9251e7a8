"""A second Docker host on this machine: an engine with its own network, files and sockets.

It lives in a network namespace, joined to this one by a pair of interfaces, and has a `/run` of its
own: its containers on the host's network, its iptables and its docker.sock are not this machine's.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.authority import Authority, pem
from tests.waiting import until

NAMESPACE = "mcpier-elsewhere"
HERE, THERE, ALSO_THERE = "10.77.12.17", "10.77.12.18", "10.77.12.19"
SUBNET = "10.77.12.16/29"
NEAR, FAR = "mcpier-near", "mcpier-far"
TLS_PORT = 2376
HOST = f"tcp://{THERE}:{TLS_PORT}"
# sshd drops its rights to a user of this name, and wants a folder of its own.
START = """
set -e
mount -t tmpfs tmpfs /run
mkdir /run/sshd
{ cat /etc/passwd; echo 'sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin'; } > /run/passwd
mount --bind /run/passwd /etc/passwd
exec "$@"
"""


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """A Docker host: its engine's process, and the folder with a client's certificates for it."""

    folder: Path
    certificates: Path
    process: int

    @property
    def environ(self) -> Mapping[str, str]:
        """What a user has set who may use the engine."""
        return {"DOCKER_CERT_PATH": str(self.certificates)}

    def docker(self, *arguments: str) -> str:
        """What a docker command prints that asks this engine; it must succeed."""
        asking = {**os.environ, **self.environ, "DOCKER_HOST": HOST, "DOCKER_TLS_VERIFY": "1"}
        done = subprocess.run(["docker", *arguments], env=asking, capture_output=True, text=True)
        assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def take(self, *images: str) -> None:
        """Brings images of this machine's engine there."""
        load = ["docker", "--host", f"unix://{self.folder}/docker.sock", "load", "--quiet"]
        with subprocess.Popen(["docker", "save", *images], stdout=subprocess.PIPE) as save:
            subprocess.run(load, stdin=save.stdout, check=True, capture_output=True)
        assert save.returncode == 0


@contextmanager
def elsewhere(folder: Path, authority: Authority) -> Iterator[Elsewhere]:
    """The host, while the context lasts; it leaves nothing behind."""
    certificates = folder / "client"
    write_certificates(certificates, authority, "client")
    write_certificates(folder / "server", authority, THERE, ALSO_THERE)
    with ExitStack() as ending:
        ending.enter_context(_network())
        process = ending.enter_context(_engine(folder))
        yield Elsewhere(folder=folder, certificates=certificates, process=process)


def write_certificates(folder: Path, authority: Authority, *names: str) -> None:
    """A folder as `DOCKER_CERT_PATH` names it."""
    chain, key = authority.pair(*names)
    folder.mkdir()
    for file, text in (("ca", pem(authority.root)), ("cert", chain), ("key", key)):
        (folder / f"{file}.pem").write_text(text)


@contextmanager
def _network() -> Iterator[None]:
    """The namespace, joined to this one, with a way to the internet for its builds."""
    _remove_network()
    out = ["POSTROUTING", "-s", SUBNET, "!", "-o", NEAR, "-j", "MASQUERADE"]
    through = [["filter", "FORWARD", way, NEAR, "-j", "ACCEPT"] for way in ("-i", "-o")]
    rules = [["nat", *out], *through]
    inside = f"ip -n {NAMESPACE}"
    commands = [
        f"ip netns add {NAMESPACE}",
        f"ip link add {NEAR} type veth peer name {FAR} netns {NAMESPACE}",
        f"ip address add {HERE}/29 dev {NEAR}",
        f"ip link set {NEAR} up",
        f"{inside} address add {THERE}/29 dev {FAR}",
        f"{inside} address add {ALSO_THERE}/29 dev {FAR}",
        f"{inside} link set {FAR} up",
        f"{inside} link set lo up",
        f"{inside} route add default via {HERE}",
    ]
    try:
        for command in commands:
            subprocess.run(command.split(), check=True)
        for table, chain, *rule in rules:
            subprocess.run(["iptables", "-w", "-t", table, "-I", chain, *rule], check=True)
        yield
    finally:
        for table, chain, *rule in rules:
            subprocess.run(["iptables", "-w", "-t", table, "-D", chain, *rule], capture_output=True)
        _remove_network()


def _remove_network() -> None:
    for command in (f"ip link delete {NEAR}", f"ip netns delete {NAMESPACE}"):
        subprocess.run(command.split(), capture_output=True)


@contextmanager
def _engine(folder: Path) -> Iterator[int]:
    """dockerd; its process, whose namespaces are the host's.

    This machine sees it at a socket in the folder as well, for what only a test does.
    """
    socket, server, log = (folder / name for name in ("docker.sock", "server", "dockerd.log"))
    command = [
        *[
            "nsenter",
            f"--net=/run/netns/{NAMESPACE}",
            "unshare",
            "--mount",
            "sh",
            "-c",
            START,
            "sh",
        ],
        *["dockerd", "--data-root", f"{folder / 'data'}"],
        *["--host", f"unix://{socket}", "--host", "unix:///run/docker.sock"],
        *["--host", f"tcp://0.0.0.0:{TLS_PORT}"],
        *["--tlsverify", "--tlscacert", f"{server / 'ca.pem'}"],
        *["--tlscert", f"{server / 'cert.pem'}", "--tlskey", f"{server / 'key.pem'}"],
    ]
    asked = ["docker", "--host", f"unix://{socket}", "version"]
    with running(command, log) as process:

        def answers() -> bool:
            assert process.poll() is None, log.read_text()
            return subprocess.run(asked, capture_output=True).returncode == 0

        until(answers, 30, "the second engine does not answer")
        yield process.pid
    shutil.rmtree(folder / "data")


@contextmanager
def running(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program that ends with the context, or is killed 20 seconds later."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
