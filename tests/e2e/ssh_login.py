"""ssh to the Docker host elsewhere: a real sshd there, and an ssh that knows a key for it."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.e2e.elsewhere import THERE, Elsewhere, running
from tests.e2e.packages import library_path, unpacked_program
from tests.waiting import until

PORT = 2222
HOST = f"ssh://root@{THERE}:{PORT}"
SERVER = """
ListenAddress {there}:{port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized
AuthenticationMethods publickey
PidFile none
StrictModes no
UsePAM no
"""
CLIENT = """
Host *
    IdentityFile {folder}/client
    IdentitiesOnly yes
    UserKnownHostsFile {folder}/known
    StrictHostKeyChecking yes
    BatchMode yes
    # As the README advises. The path of a socket is short.
    ControlMaster auto
    ControlPath {sockets}/%C
    ControlPersist 1m
"""


@dataclass(frozen=True, kw_only=True)
class Login:
    """Keys and settings of both sides; each may be taken away by a test."""

    folder: Path

    def forget(self) -> None:
        """Ends the connection that ssh keeps."""
        ssh = ["ssh", "-F", str(self.folder / "config"), "-O", "exit", "-p", str(PORT)]
        subprocess.run([*ssh, f"root@{THERE}"], capture_output=True)

    @property
    def environ(self) -> Mapping[str, str]:
        """A PATH with an ssh before all others that takes its settings from here alone."""
        return {"PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}


@contextmanager
def ssh_login(there: Elsewhere, folder: Path) -> Iterator[Login]:
    """Whoever has the key is root there, as long as the context lasts."""
    program = unpacked_program("sshd", "openssh-server", "libwrap0")
    for name in ("host", "client"):
        keygen = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(keygen, check=True)
    public = (folder / "host.pub").read_text()
    (folder / "authorized").write_text((folder / "client.pub").read_text())
    (folder / "known").write_text(f"[{THERE}]:{PORT} {public}")
    (folder / "server").write_text(SERVER.format(there=THERE, port=PORT, folder=folder))
    (folder / "bin").mkdir()
    ssh = folder / "bin" / "ssh"
    ssh.write_text(f'#!/bin/sh\nexec /usr/bin/ssh -F {folder}/config "$@"\n')
    ssh.chmod(0o755)
    login = Login(folder=folder)
    entering = ["nsenter", "--target", str(there.process), "--mount", "--net"]
    loading = ["env", f"LD_LIBRARY_PATH={library_path(program)}"]
    server = [program, "-D", "-e", "-f", str(folder / "server")]
    with (
        running([*entering, *loading, *server], folder / "sshd.log"),
        TemporaryDirectory(prefix="mcpier-") as sockets,
    ):
        (folder / "config").write_text(CLIENT.format(folder=folder, sockets=sockets))
        asked = [str(ssh), "-p", str(PORT), f"root@{THERE}", "true"]
        until(
            lambda: subprocess.run(asked, capture_output=True).returncode == 0,
            20,
            "nobody can log in",
        )
        try:
            yield login
        finally:
            login.forget()
