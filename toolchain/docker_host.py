"""The Docker engine that a stack's file names, and why one does not answer."""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from components.core.docker_host import (
    CERTIFICATES,
    EXPECTED,
    PATTERN,
    TCP,
    docker_variables,
    host_named_in,
    lacks_certificates,
)
from toolchain.environment import stack_text
from toolchain.errors import SetupError

OWN = "unix:///var/run/docker.sock"
FILES = ("ca.pem", "cert.pem", "key.pem")
# What Docker's client says, what it means for {host}, and what to do about it. The first that is
# found in its message counts. `reason` names the part of the message that tells the case.
REASONS = (
    (
        "there is no docker client",
        "the docker client, by which {host} is asked, is not on PATH",
        "install it (Debian: apt-get install docker.io)",
    ),
    (
        r'"ssh": executable file not found',
        "ssh, by which {host} is asked, is not on PATH",
        "install it (Debian: apt-get install openssh-client)",
    ),
    (
        r"Host key verification failed",
        "the host key of {host} is not known to this user, or is another one than before",
        "type: ssh {login}; compare what it shows with that host's own, and run this again",
    ),
    (
        r"Permission denied \(|Too many authentication failures",
        "{host} lets this user not in by any key that ssh has",
        "see that this asks for nothing: ssh {login} docker version",
    ),
    (
        r"docker: (command )?not found|exit status 127",
        "there is no docker client on {host}, and ssh runs one there",
        "install Docker on that host, so that this works: ssh {login} docker version",
    ),
    (
        r"permission denied while trying to connect",
        "the user that {host} names may not use Docker there",
        "type on that host: sudo usermod -aG docker USER, and run this again",
    ),
    (
        r"(?P<reason>open [^\n]*(ca|cert|key)\.pem: [^\n]*)|tls: [^\n]*private key does not match",
        "the certificates for {host} cannot be used: {reason}",
        "let DOCKER_CERT_PATH name a folder with ca.pem, cert.pem and key.pem",
    ),
    (
        r"(?P<reason>x509: [^\n]*)",
        "the certificate of {host} is not good: {reason}",
        "let ca.pem in DOCKER_CERT_PATH be the CA of that engine's certificate, which covers the "
        "name or address in mcpier:docker.host",
    ),
    (
        r"(?P<reason>remote error: tls: [^\n]*)",
        "{host} does not take this machine's certificate: {reason}",
        "let cert.pem and key.pem in DOCKER_CERT_PATH be from the CA that the engine there was "
        "started with (--tlscacert)",
    ),
    (
        r"does not look like a TLS handshake|HTTP response to HTTPS client",
        "what answers at {host} does not speak TLS",
        "start that engine with --tlsverify, or reach it by ssh://",
    ),
    (
        r"no such host|Could not resolve|Name or service not known|server misbehaving",
        "the name in {host} has no address here",
        "correct it, or let it be found",
    ),
    (
        r"refused|no route|unreachable|timed out|timeout|no answer within|deadline exceeded|"
        r"Is the docker daemon running",
        "no Docker engine answers at {host}",
        "see that it runs there and listens, and that no firewall stands between",
    ),
)
ELSE = (
    "what answers at {host} is no Docker engine, or one that cannot be used: {reason}",
    "see what it is: docker --host {host} version",
)


def named_engine(stack: str, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables that lead Docker's clients to the engine of a stack's file, if it names one.

    Else, where `environ` names none either, to that of docker's context: docker alone follows it.
    """
    host = host_named_in(stack_text(stack))
    if host is None and not environ.get("DOCKER_HOST"):
        host = _context_host()
    return {} if host is None else docker_variables(host)


def _context_host() -> str | None:
    """The engine of docker's current context, unless it is this machine's own."""
    asked = ["docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]
    try:
        told = subprocess.run(asked, capture_output=True, text=True)
    except FileNotFoundError:
        return None
    host = told.stdout.strip()
    return host if told.returncode == 0 and host not in ("", OWN) else None


def usable_engine(stack: str, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The same; `SetupError` where it is named wrongly, or its certificates are not there."""
    variables = named_engine(stack, environ)
    if not variables:
        return {}
    host, named = variables["DOCKER_HOST"], host_named_in(stack_text(stack))
    if named is not None and not re.fullmatch(PATTERN, host):
        raise SetupError(
            f"mcpier:docker.host: expected {EXPECTED}, found {host!r}",
            f"mend it in stacks/Pulumi.{stack}.yaml",
        )
    if lacks_certificates(host, environ):
        where = "mcpier:docker.host is" if named else "docker's context leads to"
        raise SetupError(
            f"{where} {host}, and nothing says with which certificates it is asked",
            f"type: export {CERTIFICATES}=/path/to/folder, one with ca.pem, cert.pem and key.pem",
        )
    if host.startswith(TCP):
        _require_files(Path(environ[CERTIFICATES]))
    return variables


def _require_files(folder: Path) -> None:
    """Docker's client makes do with less, and is refused later, without a reason."""
    if missing := [name for name in FILES if not (folder / name).is_file()]:
        raise SetupError(
            f"DOCKER_CERT_PATH is {folder}, which has no {', '.join(missing)}",
            f"let it name a folder with {', '.join(FILES)}",
        )


def elsewhere(environ: Mapping[str, str]) -> str | None:
    """The engine to which the environment leads, unless it is one of this machine."""
    host = environ.get("DOCKER_HOST", "")
    return host if host and not host.startswith("unix://") else None


def silence(host: str, said: str) -> SetupError:
    """Why the engine at `host` does not answer, from what Docker's client said."""
    what, remedy, reason = *ELSE, " ".join(said.split())
    for pattern, meaning, advice in REASONS:
        if found := re.search(pattern, said):
            what, remedy, reason = meaning, advice, found.groupdict().get("reason") or found[0]
            break
    return SetupError(
        what.format(host=host, reason=reason.strip().rstrip('".')),
        remedy.format(host=host, login=_login(host)),
    )


def _login(host: str) -> str:
    """How ssh is told of a host: `-p 2222 user@host`."""
    place = host.partition("://")[2]
    name, _, port = place.rpartition(":")
    return f"-p {port} {name}" if name and port.isdigit() else place
