"""Tries to which addresses and ports it can open a connection.

Reads `[[address, port], …]` on stdin and prints those that it reaches, each with a third entry:
whether a Docker engine there answers whoever asks.
"""

import json
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

SECONDS = 2
# An engine with TLS refuses to answer this.
PING = b"GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n"
DOCKER_PORTS = (2375, 2376)


def main() -> None:
    places = [(str(address), int(port)) for address, port in json.load(sys.stdin)]
    with ThreadPoolExecutor(64) as pool:
        print(json.dumps(list(filter(None, pool.map(knock, places)))))


def knock(place: tuple[str, int]) -> tuple[str, int, bool] | None:
    try:
        with socket.create_connection(place, timeout=SECONDS) as connection:
            return *place, place[1] in DOCKER_PORTS and answers(connection)
    except OSError:
        return None


def answers(connection: socket.socket) -> bool:
    try:
        connection.sendall(PING)
        return b"api-version:" in connection.recv(4096).lower()
    except OSError:
        return False


main()
