"""Tells of the host that it runs on: the room on its disk, who listens there by TCP over IPv4, and
of which interfaces it leaves out routes while their link is down (`all` for every one of them).

Runs on the host's network, and with the host's processes in sight where programs are to be named.
Prints `{"free": bytes, "listeners": [{"address", "port", "program"}, …], "forgetful": [name, …]}`;
a program that may not be looked into is null.
"""

import json
import os
import shutil
import socket
from pathlib import Path

LISTEN = "0A"
EVERYWHERE = {"0.0.0.0", "::"}
INTERFACES = Path("/proc/sys/net/ipv4/conf")


def main() -> None:
    owners = programs()
    found = {
        (address, port): owners.get(inode)
        for table in ("tcp", "tcp6")
        for address, port, inode in sockets(Path("/proc/net", table))
    }
    listeners = [
        {"address": address, "port": port, "program": program}
        for (address, port), program in sorted(found.items())
    ]
    # A container's root lies on the disk that holds all of them.
    free = shutil.disk_usage("/").free
    print(json.dumps({"free": free, "listeners": listeners, "forgetful": forgetful()}))


def forgetful() -> list[str]:
    return sorted(interface.name for interface in INTERFACES.iterdir() if forgets(interface))


def forgets(interface: Path) -> bool:
    try:
        return (interface / "ignore_routes_with_linkdown").read_text().strip() == "1"
    except OSError:
        # A container's has gone with it meanwhile.
        return False


def sockets(table: Path) -> list[tuple[str, int, str]]:
    """Address, port and inode of what listens; every address, of either kind, is 0.0.0.0."""
    rows = [line.split() for line in table.read_text().splitlines()[1:]] if table.exists() else []
    found = []
    for row in rows:
        host, _, port = row[1].partition(":")
        address = readable(host)
        if row[3] == LISTEN and (":" not in address or address in EVERYWHERE):
            place = "0.0.0.0" if address in EVERYWHERE else address
            found.append((place, int(port, 16), row[9]))
    return found


def readable(written: str) -> str:
    """The kernel writes words of 32 bits in the machine's own order (proc(5), /proc/net/tcp)."""
    words = [int(written[place : place + 8], 16) for place in range(0, len(written), 8)]
    packed = b"".join(word.to_bytes(4, "little") for word in words)
    address = socket.inet_ntop(socket.AF_INET if len(words) == 1 else socket.AF_INET6, packed)
    return address.removeprefix("::ffff:") if "." in address else address


def programs() -> dict[str, str]:
    """The name of the program that holds a socket, by the socket's inode."""
    found: dict[str, str] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            name = (process / "comm").read_text().strip()
            links = [os.readlink(link) for link in (process / "fd").iterdir()]
        except OSError:
            continue
        found |= {link[8:-1]: name for link in links if link.startswith("socket:[")}
    return found


main()
