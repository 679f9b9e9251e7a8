"""What somebody can do who has a shell in an instance."""

import json
import subprocess
from collections.abc import Iterable
from typing import Any

from tests.attack.stack import container

# How an address answers. Whatever is not open is closed to the instance: it does not matter how.
OPEN = "open"
CONNECT = """
import json, socket, sys
from concurrent.futures import ThreadPoolExecutor

def attempt(place):
    try:
        socket.create_connection(tuple(place), timeout=2).close()
    except OSError as error:
        return type(error).__name__
    return "open"

places = json.load(sys.stdin)
with ThreadPoolExecutor(64) as pool:
    print(json.dumps(list(pool.map(attempt, places))))
"""
ASK = """
import json, socket, ssl, sys

asked = json.load(sys.stdin)
trust = ssl.create_default_context()
trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
with socket.create_connection(tuple(asked["place"]), timeout=8) as plain:
    with trust.wrap_socket(plain, server_hostname=asked["name"]) as edge:
        edge.sendall(asked["request"].encode())
        print(json.dumps(int(edge.recv(65536).split()[1])))
"""
LOOK = """
import json, os, sys

paths = json.load(sys.stdin)
found = {path: open(path).read() for path in paths if os.path.exists(path)}
print(json.dumps(found))
"""

Place = tuple[str, int]


def run_in(instance: str, program: str, question: Any) -> Any:
    """Runs a Python program in an instance, a question and its answer as JSON."""
    done = subprocess.run(
        ["docker", "exec", "-i", container(instance), "python3", "-c", program],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def reached(instance: str, places: Iterable[Place]) -> set[Place]:
    """The addresses and ports to which an instance can open a connection."""
    asked = list(places)
    found = run_in(instance, CONNECT, asked)
    return {place for place, how in zip(asked, found, strict=True) if how == OPEN}
