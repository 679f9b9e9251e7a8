"""Tries whether one container of a network reaches another, which none may.

Reads `{"run": [word, …], "network": name}` on stdin: `run` starts a container of an image with
python3 on that network. Exit status 1 and what to do on stderr where one is reached, or where it
could not be tried.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

PORT = 8080
# It ends with the deploy, however that ends: then nobody holds its stdin any more.
LISTEN = f"""
import socket, sys
server = socket.create_server(("", {PORT}))
print(socket.gethostbyname(socket.gethostname()), flush=True)
sys.stdin.read()
"""
# What is not let through is dropped, so that nothing answers; a second attempt comes after 1 s.
CONNECT = f"""
import socket, sys
try:
    socket.create_connection((sys.argv[1], {PORT}), timeout=1.5)
    print("reached")
except OSError:
    print("not reached")
"""


def main() -> None:
    asked = json.load(sys.stdin)
    try:
        with listener(asked["run"]) as address:
            met = reaches(asked["run"], address)
    except FileNotFoundError as missing:
        give_up(str(missing))
    if met:
        sys.exit(
            "instances could reach each other: a container reached another one on network "
            f"{asked['network']}, where traffic between containers is off\n"
            "  → on the Docker host, type: sysctl -w net.bridge.bridge-nf-call-iptables=1\n"
            "    put it into /etc/sysctl.d as well, see that the engine runs without "
            "--iptables=false, and run the update again"
        )


@contextmanager
def listener(run: list[str]) -> Iterator[str]:
    """A container that listens, for as long as the context lasts; its address."""
    pipe = subprocess.PIPE
    command = [*run, "python3", "-c", LISTEN]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        if not address:
            give_up(process.communicate()[1])
        yield address
        said = process.communicate()[1]
    if process.returncode != 0:
        give_up(f"the one that listened ended with exit code {process.returncode}: {said}")


def reaches(run: list[str], address: str) -> bool:
    command = [*run, "python3", "-c", CONNECT, address]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        give_up(done.stderr)
    return done.stdout.strip() == "reached"


def give_up(said: str) -> NoReturn:
    sys.exit(
        f"it could not be tried whether instances reach each other: {said.strip()}\n"
        "  → mend what it names and run the update again"
    )


main()
