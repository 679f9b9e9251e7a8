"""Tries whether one container of a network reaches another, which none may.

Reads `{"run": [word, …], "network": name}` on stdin: `run` starts a container of an image with
python3 on that network. Exit status 1 and what to do on stderr where one is reached, or where it
could not be tried.
"""

import json
import subprocess
import sys
from typing import NoReturn

PORT = 8080
# It ends with the deploy, however that ends: then nobody holds its stdin any more.
LISTEN = f"""
import socket, sys
server = socket.create_server(("", {PORT}))
print(socket.gethostbyname(socket.gethostname()), flush=True)
sys.stdin.read()
"""
# It is started with the other, and told where that is. What is not let through is dropped, so that
# nothing answers. Each attempt sends a packet of its own; within one, a second comes after 1 s.
CONNECT = f"""
import socket, sys
address = sys.stdin.readline().strip()
def reached():
    try:
        socket.create_connection((address, {PORT}), timeout=0.1)
    except OSError:
        return False
    return True
print("reached" if any(reached() for _ in range(5)) else "not reached")
"""


def main() -> None:
    asked = json.load(sys.stdin)
    try:
        met = meet(asked["run"])
    except FileNotFoundError as missing:
        give_up(str(missing))
    if met:
        sys.exit(
            "instances could reach each other: a container reached another one on network "
            f"{asked['network']}, where traffic between containers is off\n"
            "  → on the Docker host, type: sysctl -w net.bridge.bridge-nf-call-iptables=1\n"
            "    put it into /etc/sysctl.d as well, see that the engine runs without "
            "--iptables=false, and try again"
        )


def meet(run: list[str]) -> bool:
    """Whether one container gets through to another, which listens all the time."""
    with container(run, LISTEN) as listener, container(run, CONNECT) as caller:
        assert listener.stdout is not None
        address = listener.stdout.readline().strip()
        if not address:
            give_up(listener.communicate()[1])
        found, said = caller.communicate(address)
        if caller.returncode != 0:
            give_up(said)
        said = listener.communicate()[1]
    if listener.returncode != 0:
        give_up(f"the one that listened ended with exit code {listener.returncode}: {said}")
    return found.strip() == "reached"


def container(run: list[str], program: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    command = [*run, "python3", "-c", program]
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def give_up(said: str) -> NoReturn:
    sys.exit(
        f"it could not be tried whether instances reach each other: {said.strip()}\n"
        "  → mend what it names, and try again"
    )


main()
