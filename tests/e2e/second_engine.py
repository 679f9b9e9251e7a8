"""A Docker engine of a test's own, which may be killed, filled up and started again.

It lives in a network and a mount namespace: what it calls the host's network is a pair of links
away, and its `/var/run/docker.sock` is its own.
"""

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

import psutil

from tests.e2e.deployment import docker as first_engine
from tests.waiting import until

NAMESPACE = "mcpier-e2e"
LINK = "mcpier-e2e"
OUTSIDE, ADDRESS = "10.77.12.1", "10.77.12.2"
# Its builds reach what this machine reaches.
RULES = (
    f"-t nat {{}} POSTROUTING -s {OUTSIDE}/30 ! -o {LINK} -j MASQUERADE",
    f"{{}} FORWARD -i {LINK} -j ACCEPT",
    f"{{}} FORWARD -o {LINK} -j ACCEPT",
)
START_SECONDS = 60


@dataclass
class SecondEngine:
    """Keeps all that it has in a file system of `mebibytes` in `folder`; needs root."""

    folder: Path
    mebibytes: int
    # Keeps both namespaces while no engine runs.
    _keeper: subprocess.Popen[bytes] = field(init=False)
    _engine: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        disk, root = self.folder / "disk", self.folder / "root"
        root.mkdir()
        with disk.open("wb") as file:
            file.truncate(self.mebibytes << 20)
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(disk)], check=True)
        mounts = f"mount -t tmpfs tmpfs /run && mount -o loop {disk} {root} && exec sleep infinity"
        enter = ["nsenter", f"--net=/run/netns/{NAMESPACE}", "unshare", "--mount"]
        self._keeper = subprocess.Popen([*enter, "sh", "-c", mounts])

    @property
    def url(self) -> str:
        """What DOCKER_HOST is set to."""
        return f"unix://{self.folder}/docker.sock"

    def docker(self, *arguments: str) -> str:
        """What a docker command prints; it must succeed."""
        return first_engine("--host", self.url, *arguments)

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        until(lambda: Path(f"{self._seen}/lost+found").exists(), 20, "its disk is not mounted")
        enter = ["nsenter", "--target", str(self._keeper.pid), "--mount", "--net"]
        own = ["--data-root", str(self.folder / "root"), "--exec-root", str(self.folder / "exec")]
        sockets = ["--host", "unix:///run/docker.sock", "--host", self.url]
        for file in ("/run/docker.pid", f"{self.folder}/exec/containerd/containerd.pid"):
            Path(f"/proc/{self._keeper.pid}/root{file}").unlink(missing_ok=True)
        with (self.folder / "dockerd.log").open("ab") as log:
            self._engine = subprocess.Popen(
                [*enter, "dockerd", *own, *sockets],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        until(self._answers, START_SECONDS, f"see {self.folder}/dockerd.log: no engine answers")

    def kill(self) -> None:
        """As a crash does it: its containers outlive it, until it is started again."""
        assert self._engine is not None, "it runs"
        self._engine.kill()
        self._engine.wait()

    def cut_power(self) -> None:
        """The engine and every container end at once."""
        for process in self._processes():
            if process.pid != self._keeper.pid:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
        if self._engine:
            self._engine.wait()

    def end(self) -> None:
        """Ends it for good, and its namespaces."""
        self.cut_power()
        self._keeper.kill()
        self._keeper.wait()

    def kill_containers(self) -> None:
        """Ends the first process of every container, behind the engine's back."""
        running = self.docker("ps", "--quiet").split()
        for pid in self.docker("inspect", "--format", "{{.State.Pid}}", *running).split():
            os.kill(int(pid), signal.SIGKILL)

    def load(self, images: Iterable[str]) -> None:
        """Takes images over from this machine's engine."""
        saved = shlex.join(["docker", "save", *images])
        taken = f"{saved} | docker --host {self.url} load --quiet"
        subprocess.run(["bash", "-o", "pipefail", "-c", taken], check=True, capture_output=True)

    @contextmanager
    def filled(self, left_mebibytes: int) -> Iterator[None]:
        """While the block runs, its disk has no more room than that."""
        ballast = Path(f"{self._seen}/ballast")
        free = shutil.disk_usage(ballast.parent).free - (left_mebibytes << 20)
        subprocess.run(["fallocate", "--length", str(free), str(ballast)], check=True)
        try:
            yield
        finally:
            ballast.unlink()

    @property
    def _seen(self) -> str:
        """Its disk, as this machine sees it."""
        return f"/proc/{self._keeper.pid}/root{self.folder}/root"

    def _answers(self) -> bool:
        asked = ["docker", "--host", self.url, "version"]
        return subprocess.run(asked, capture_output=True).returncode == 0

    def _processes(self) -> Iterator[psutil.Process]:
        """What lives in its network namespace, and what that has started in others."""
        home = os.readlink(f"/proc/{self._keeper.pid}/ns/net")
        for process in psutil.process_iter():
            with suppress(psutil.NoSuchProcess, OSError):
                if os.readlink(f"/proc/{process.pid}/ns/net") == home:
                    yield from process.children(recursive=True)
                    yield process


@contextmanager
def second_engine(mebibytes: int) -> Iterator[SecondEngine]:
    """An engine that runs, and has no images yet; nothing of it is left behind."""
    with _linked_namespace(), ExitStack() as ends:
        # Short: the path of a socket holds a hundred characters.
        folder = Path(mkdtemp(prefix="mcpier-"))
        ends.callback(shutil.rmtree, folder)
        engine = SecondEngine(folder, mebibytes)
        ends.callback(engine.end)
        engine.start()
        yield engine


@contextmanager
def _linked_namespace() -> Iterator[None]:
    _remove_namespace()
    try:
        for command in (
            f"ip netns add {NAMESPACE}",
            f"ip link add {LINK} type veth peer name uplink netns {NAMESPACE}",
            f"ip addr add {OUTSIDE}/30 dev {LINK}",
            f"ip link set {LINK} up",
            f"ip -n {NAMESPACE} addr add {ADDRESS}/30 dev uplink",
            f"ip -n {NAMESPACE} link set uplink up",
            f"ip -n {NAMESPACE} link set lo up",
            f"ip -n {NAMESPACE} route add default via {OUTSIDE}",
            *(f"iptables -w {rule.format('-I')}" for rule in RULES),
        ):
            subprocess.run(command.split(), check=True)
        yield
    finally:
        _remove_namespace()


def _remove_namespace() -> None:
    if Path("/run/netns", NAMESPACE).exists():
        subprocess.run(["ip", "netns", "delete", NAMESPACE], check=True)
    for rule in RULES:
        subprocess.run(f"iptables -w {rule.format('-D')}".split(), capture_output=True)
