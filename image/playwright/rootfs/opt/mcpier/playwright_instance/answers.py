"""Asks a program whether it answers. Every question has a deadline in seconds.

Each function returns None when the answer is right and otherwise one clause saying what was wrong.
"""

import socket

# An X11 connection set-up request: little-endian, protocol 11.0, no authorisation (X11 protocol,
# section 8). The reply's first byte is 1 for success.
X11_SETUP = b"l\x00\x0b\x00" + bytes(8)


def display(number: int = 0, timeout: float = 2.0) -> str | None:
    """Ask the X server for a connection: it accepts, so it serves its clients."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.settimeout(timeout)
            sock.connect(f"/tmp/.X11-unix/X{number}")
            sock.sendall(X11_SETUP)
            reply = sock.recv(1)
    except OSError as error:
        return f"the X server does not answer ({cause(error)})"
    return None if reply == b"\x01" else "the X server refuses connections"


def vnc(port: int = 5900, timeout: float = 2.0) -> str | None:
    """Read the RFB greeting: an open port alone may belong to a hung server."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout) as sock:
            greeting = sock.recv(4)
    except OSError as error:
        return f"no VNC greeting on port {port} ({cause(error)})"
    return None if greeting == b"RFB " else f"port {port} does not greet as a VNC server"


def cause(error: OSError) -> str:
    """Return a system error in a few words."""
    if isinstance(error, TimeoutError):
        return "timed out"
    return error.strerror or type(error).__name__
