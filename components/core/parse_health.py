"""Reads how Docker tells whether a container is healthy."""

from enum import StrEnum

from components.core.instance_type import Endpoint, Health, Scheme
from components.core.section import Section

# The folder of a container in which mcpier's own probe is mounted (image/probe).
PROBE_DIR = "/run/mcpier-probe"
PROBE = f"{PROBE_DIR}/probe"


class Check(StrEnum):
    """How it is found out: by a program of the image, or by asking a port."""

    COMMAND = "command"
    HTTP = "http"
    MCP = "mcp"
    TCP = "tcp"


def parse_health(section: Section, endpoint: Endpoint | None) -> Health:
    """The health check; ports and paths are by default those of the endpoint, if there is one."""
    check = _check(section)
    timeout = _seconds(section, "timeoutSeconds", 3 if check is Check.COMMAND else 5)
    command = _command(section) if check is Check.COMMAND else ()
    if check not in (None, Check.COMMAND):
        # The probe answers by itself before Docker would give it up without a word.
        asked = _asked(section, check, endpoint)
        command = (PROBE, str(max(1, timeout - 1)), check.value, *asked)
    health = Health(
        command=command,
        interval=_seconds(section, "intervalSeconds", 5),
        timeout=timeout,
        start_period=_seconds(section, "startPeriodSeconds", 30),
        retries=section.integer(
            "retries", least=1, most=100, remedy="How often in a row it may fail.", default=3
        ),
        probed=check is not Check.COMMAND,
    )
    if check is not None:
        section.close()
    return health


def _check(section: Section) -> Check | None:
    if not section.has("check") and section.has("command"):
        return Check.COMMAND
    remedy = "Say how Docker finds out whether it is healthy, such as check: mcp."
    expected = "command, http, mcp or tcp"
    written = section.text("check", pattern="|".join(Check), expected=expected, remedy=remedy)
    return Check(written) if written else None


def _command(section: Section) -> tuple[str, ...]:
    remedy = "Write the program that tells whether it is healthy, and its arguments, as a list."
    return section.texts("command", remedy=remedy, least=1)


def _asked(section: Section, check: Check, endpoint: Endpoint | None) -> tuple[str, ...]:
    port = _port(section, endpoint)
    if check is Check.TCP:
        return (port,)
    if endpoint is not None and endpoint.scheme is Scheme.HTTPS and not section.has("port"):
        remedy = "Name a port that speaks plain HTTP, or write check: tcp."
        section.problem("port", "a port of its own: the endpoint speaks HTTPS", remedy)
    usual = endpoint.path if check is Check.MCP and endpoint else "/"
    path = section.text(
        "path", pattern="/[!-~]*", expected="a path", remedy="Start it with /.", default=usual
    )
    return (port, path, *_statuses(section)) if check is Check.HTTP else (port, path)


def _port(section: Section, endpoint: Endpoint | None) -> str:
    remedy = "Name the port to ask."
    if endpoint is None and not section.has("port"):
        section.problem("port", "a port", remedy)
    usual = endpoint.port if endpoint else 1
    return str(section.integer("port", least=1, most=65535, remedy=remedy, default=usual))


def _statuses(section: Section) -> list[str]:
    remedy = "Write the status codes of a healthy answer as a list, such as [200, 204]."
    items = [code for _, code in section.items("status", remedy=remedy)]
    good = [str(code) for code in items if type(code) is int and 100 <= code <= 599]
    if len(good) < len(items):
        section.problem("status", "a list of status codes from 100 to 599", remedy)
    return good or ["200"]


def _seconds(section: Section, key: str, default: int) -> int:
    return section.integer(key, least=1, most=600, remedy="Seconds.", default=default)
