"""Answers every request with what reached it, read from the socket with no library in between.

On the ports of both endpoints: JSON of the request line, of all headers in their order and of the
body's length; under `/stream` events without end, each with its time; to an `Upgrade`, a tunnel. At
`/hostile` with headers that would rule at the host that a browser hears them from.
The report's port tells how many requests were heard, and for which targets.
"""

import json
import signal
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

ENDPOINTS = (8080, 6080)
REPORT = 9099
HEALTHY = Path("/run/echo/healthy")

PLAIN = {"Content-Type": "application/json"}
HOSTILE = {
    "Content-Type": "text/html",
    "Set-Cookie": "__Host-mcpier-view=hostile; Path=/; Secure",
    "Location": "https://evil.example/",
    "Refresh": "0; url=https://evil.example/",
    "Clear-Site-Data": '"*"',
    "WWW-Authenticate": 'Basic realm="the portal"',
    "Access-Control-Allow-Origin": "https://evil.example",
    "Link": "<https://evil.example/>; rel=preload",
    "Strict-Transport-Security": "max-age=0",
    "Service-Worker-Allowed": "/",
    "Alt-Svc": 'h3="evil.example:443"; ma=31536000',
    "Report-To": '{"group":"e","max_age":31536000,"endpoints":[{"url":"https://evil.example/"}]}',
    "Reporting-Endpoints": 'e="https://evil.example/"',
    "NEL": '{"report_to":"e","max_age":31536000,"success_fraction":1}',
    "Set-Login": "logged-out",
}

heard: Counter[str] = Counter()
heard_lock = threading.Lock()


def main() -> None:
    # As process 1 it would ignore the signal.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    for port in ENDPOINTS:
        listen(port, echo)
    listen(REPORT, report)
    HEALTHY.touch()
    signal.pause()


def listen(port: int, handle: Callable[[socket.socket], None]) -> None:
    server = socket.create_server(("", port), backlog=512)

    def accept() -> None:
        while True:
            connection, _ = server.accept()
            threading.Thread(target=handle, args=[connection], daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def report(connection: socket.socket) -> None:
    with connection, heard_lock:
        connection.sendall(json.dumps(heard).encode())


def note(target: str) -> None:
    with heard_lock:
        heard[target] += 1


def echo(connection: socket.socket) -> None:
    with connection, connection.makefile("rb") as stream:
        try:
            while line := stream.readline():
                request = line.decode("latin-1").rstrip("\r\n")
                # Whatever is heard counts, be it a request or not.
                target = request.split(" ")[1] if request.count(" ") == 2 else request
                note(target)
                answer(connection, stream, request, target)
        except OSError:
            return


def answer(connection: socket.socket, stream: BinaryIO, request: str, target: str) -> None:
    headers = read_headers(stream)
    named = {name.lower(): value for name, value in headers}
    if "upgrade" in named:
        tunnel(connection, stream, named["upgrade"])
        return
    if target == "/stream":
        send_events(connection)
    length = read_body(stream, named)
    local = connection.getsockname()[1]
    what = {"port": local, "request": request, "headers": headers, "body_length": length}
    body = json.dumps(what).encode()
    said = HOSTILE if target.startswith("/hostile") else PLAIN
    headers = [*said.items(), ("X-Echo", "yes"), ("Content-Length", str(len(body)))]
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    connection.sendall(f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + body)


def read_headers(stream: BinaryIO) -> list[tuple[str, str]]:
    headers = []
    while (line := stream.readline().decode("latin-1").rstrip("\r\n")) != "":
        name, _, value = line.partition(":")
        headers.append((name, value.strip()))
    return headers


def read_body(stream: BinaryIO, named: dict[str, str]) -> int:
    if "chunked" not in named.get("transfer-encoding", ""):
        return len(stream.read(int(named.get("content-length", "0"))))
    length = 0
    # Where the connection ends, so does the body.
    while size := int(stream.readline().split(b";")[0].strip() or b"0", 16):
        length += len(stream.read(size))
        stream.readline()
    stream.readline()
    return length


def tunnel(connection: socket.socket, stream: BinaryIO, protocol: str) -> None:
    head = f"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: {protocol}\r\n\r\n"
    connection.sendall(head.encode())
    while stream.readline():
        note("a line in a tunnel")


def send_events(connection: socket.socket) -> None:
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    connection.sendall(head.encode())
    while True:
        event = f"data: {time.time()}\n\n"
        connection.sendall(f"{len(event):x}\r\n{event}\r\n".encode())
        time.sleep(0.1)


if __name__ == "__main__":
    main()
