"""What authgate is told by its environment."""

import difflib
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from authgate.errors import AuthgateError

GATE_PORT = 9180
PAGES_PORT = 9181
OPERATIONS_PORT = 9182

_PREFIX = "AUTHGATE_"
_KNOWN = ("AUTHGATE_DOMAIN", "AUTHGATE_REGISTRY", "AUTHGATE_PUBLIC_PORT", "AUTHGATE_LISTEN")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})*", re.ASCII)
# A DNS name holds 253 characters; 64 of them are kept for `mcp-<id>.`.
_LONGEST_DOMAIN = 253 - 64


@dataclass(frozen=True)
class Settings:
    """`domain` is lower case and without a trailing dot; `listen` is an IP address."""

    domain: str
    registry: Path
    public_port: int
    listen: str


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Reads every `AUTHGATE_*` variable; raises AuthgateError naming all that are wrong."""
    problems = _unknown(environ)
    domain = _domain(environ.get("AUTHGATE_DOMAIN", ""), problems)
    public_port = _port(environ.get("AUTHGATE_PUBLIC_PORT", "443"), problems)
    listen = _address(environ.get("AUTHGATE_LISTEN", "0.0.0.0"), problems)
    registry = _path(environ.get("AUTHGATE_REGISTRY", "/registry"), problems)
    if problems:
        raise AuthgateError("the environment does not describe a gate:", problems)
    return Settings(domain, registry, public_port, listen)


def registry_path(environ: Mapping[str, str]) -> Path:
    """The registry's folder, all that `sync` and `list` need to know."""
    problems: list[str] = []
    path = _path(environ.get("AUTHGATE_REGISTRY", "/registry"), problems)
    if problems:
        raise AuthgateError("the environment does not name a registry:", problems)
    return path


def listen_address(environ: Mapping[str, str]) -> str:
    """The address on which this machine reaches its own gate."""
    problems: list[str] = []
    listen = _address(environ.get("AUTHGATE_LISTEN", "0.0.0.0"), problems)
    if problems:
        raise AuthgateError("the environment does not name an address:", problems)
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(listen, listen)


def _unknown(environ: Mapping[str, str]) -> list[str]:
    problems = []
    for name in sorted(environ):
        if name.startswith(_PREFIX) and name not in _KNOWN:
            near = difflib.get_close_matches(name, _KNOWN, 1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(_KNOWN)}"
            problems.append(f"{name}: no such setting; {hint}")
    return problems


def _domain(text: str, problems: list[str]) -> str:
    domain = text.lower().removesuffix(".")
    if len(domain) > _LONGEST_DOMAIN or not _DOMAIN.fullmatch(domain):
        found = f"found {text!r}" if text else "it is not set"
        problems.append(
            f"AUTHGATE_DOMAIN: expected the domain under which instances live, {found}; "
            "set it to a name such as mcp.example.org"
        )
    return domain


def _port(text: str, problems: list[str]) -> int:
    if re.fullmatch(r"[0-9]{1,5}", text, re.ASCII) and 1 <= int(text) <= 65535:
        return int(text)
    problems.append(
        f"AUTHGATE_PUBLIC_PORT: expected a port from 1 to 65535, found {text!r}; "
        "set it to the port in the instances' public URLs, or leave it out for 443"
    )
    return 0


def _address(text: str, problems: list[str]) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        problems.append(
            f"AUTHGATE_LISTEN: expected an IP address, found {text!r}; "
            "set it to an address of this machine, or leave it out for 0.0.0.0"
        )
        return ""


def _path(text: str, problems: list[str]) -> Path:
    if not text.strip() or "\0" in text:
        problems.append(
            f"AUTHGATE_REGISTRY: expected a folder, found {text!r}; "
            "set it to the registry's folder, or leave it out for /registry"
        )
    return Path(text)
