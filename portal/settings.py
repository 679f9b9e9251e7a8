"""What the portal and its reader are told by their environment."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from portal.errors import PortalError

PORT = 9190
STACK_FILE = "/etc/portal/stack.json"
READER_SOCKET = "/run/portal/reader.sock"
DOCKER_SOCKET = "/var/run/docker.sock"

_PREFIX = "PORTAL_"
_ADDRESS = r"[0-9A-Za-z.-]+:[0-9]{1,5}"
_SERVED = {
    "PORTAL_ACTIVITY": (_ADDRESS, "host:port of authgate's operations", None),
    "PORTAL_EDGE": (_ADDRESS, "host:port at which Traefik serves HTTPS", None),
    "PORTAL_LISTEN": (_ADDRESS, "host:port", f"0.0.0.0:{PORT}"),
    "PORTAL_READER_SOCKET": (r"/.+", "an absolute path", READER_SOCKET),
    "PORTAL_STACK_FILE": (r"/.+", "an absolute path", STACK_FILE),
}
_READ = {
    "PORTAL_DOCKER_SOCKET": (r"/.+", "an absolute path", DOCKER_SOCKET),
    "PORTAL_READER_SOCKET": (r"/.+", "an absolute path", READER_SOCKET),
    "PORTAL_STACK": (r"[A-Za-z0-9._-]+", "the stack's name", None),
}

Address = tuple[str, int]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where the portal listens, and whom it asks."""

    listen: Address
    activity: Address
    edge: Address
    reader_socket: Path
    stack_file: Path


@dataclass(frozen=True, kw_only=True)
class ReaderSettings:
    """The stack whose containers are told of, and the sockets on both sides."""

    stack: str
    reader_socket: Path
    docker_socket: Path


def load_settings(environ: Mapping[str, str]) -> Settings:
    """What `portal serve` is told; raises PortalError naming every wrong variable."""
    found = _read(environ, _SERVED)
    return Settings(
        listen=_address(found["PORTAL_LISTEN"]),
        activity=_address(found["PORTAL_ACTIVITY"]),
        edge=_address(found["PORTAL_EDGE"]),
        reader_socket=Path(found["PORTAL_READER_SOCKET"]),
        stack_file=Path(found["PORTAL_STACK_FILE"]),
    )


def load_reader_settings(environ: Mapping[str, str]) -> ReaderSettings:
    """What `portal read` is told; raises PortalError naming every wrong variable."""
    found = _read(environ, _READ)
    return ReaderSettings(
        stack=found["PORTAL_STACK"],
        reader_socket=Path(found["PORTAL_READER_SOCKET"]),
        docker_socket=Path(found["PORTAL_DOCKER_SOCKET"]),
    )


def _read(
    environ: Mapping[str, str], known: Mapping[str, tuple[str, str, str | None]]
) -> dict[str, str]:
    problems = [
        f"{name}: no such setting; {_nearest(name, known)}"
        for name in sorted(environ)
        if name.startswith(_PREFIX) and name not in known
    ]
    found = {}
    for name, (pattern, expected, default) in known.items():
        value = environ.get(name, default)
        found[name] = value or ""
        if value is None or not _fits(pattern, value):
            shown = "it is not set" if value is None else f"found {value!r}"
            problems.append(f"{name}: expected {expected}, {shown}; set it")
    if problems:
        lines = "".join(f"\n  - {problem}" for problem in problems)
        raise PortalError(f"the environment does not describe a portal:{lines}")
    return found


def _fits(pattern: str, value: str) -> bool:
    if not re.fullmatch(pattern, value):
        return False
    return pattern is not _ADDRESS or 0 < _address(value)[1] < 1 << 16


def _nearest(name: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"


def _address(text: str) -> Address:
    host, _, port = text.rpartition(":")
    return host, int(port)
