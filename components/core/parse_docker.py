"""Which Docker engine a config names, and whether the programs of this deploy are told of it."""

from collections.abc import Mapping

from components.core.docker_host import (
    CERTIFICATES,
    EXPECTED,
    PATTERN,
    astray,
    lacks_certificates,
)
from components.core.errors import shown
from components.core.section import Section
from components.core.surroundings import Surroundings


def parse_docker_host(section: Section, stack: str, surroundings: Surroundings) -> str | None:
    """The engine's address, or None for the one that the environment leads to."""
    host = None
    if section.has("host"):
        host = section.text(
            "host",
            pattern=PATTERN,
            expected=EXPECTED,
            remedy="Name it as ssh://USER@HOST, or tcp://HOST:PORT where it serves TLS.",
        )
    section.close()
    if host and surroundings.environment is not None:
        _check(section, host, stack, surroundings.environment)
    return host


def _check(section: Section, host: str, stack: str, environment: Mapping[str, str]) -> None:
    """The provider and the commands of a deploy find their engine by variables alone."""
    if lacks_certificates(host, environment):
        section.mismatch(
            "host",
            f"{CERTIFICATES} to name a folder with ca.pem, cert.pem and key.pem",
            "nothing",
            f"Type: export {CERTIFICATES}=/path/to/folder",
        )
    elif names := astray(host, environment):
        section.mismatch(
            "host",
            f"the environment to lead to {host}",
            ", ".join(f"{name}={shown(environment.get(name, ''))}" for name in names),
            f'Type: eval "$(make -s env STACK={stack})"',
        )
