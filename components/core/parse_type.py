"""Reads a `type.yaml`."""

import re
from collections.abc import Mapping

from components.core.errors import ConfigError, Problem, nearest
from components.core.instance_type import (
    Auth,
    Endpoint,
    Health,
    InstanceType,
    Limits,
    SecretKind,
)
from components.core.parse_type_options import (
    parse_choices,
    parse_reserved_variables,
    parse_variables,
    parse_volumes,
)
from components.core.section import Section

NAME = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
BASES = "debian|node|python"
# The hosts that the edge and the gate know, and what the gate asks for there.
ENDPOINTS = {"mcp": Auth.BEARER, "vnc": Auth.VIEW}


def parse_type(
    name: str, folder: str, document: Mapping[str, object], context_digest: str
) -> InstanceType:
    """Reads the document at `<folder>/type.yaml`; raises `ConfigError` with every problem."""
    problems: list[Problem] = []
    root = Section(f"{folder}/type.yaml:", document, problems)
    if not re.fullmatch(NAME, name):
        expected = "a folder named by lower-case letters, digits and inner hyphens"
        root.reject(expected, name, "Rename the folder: it is the type's name.")
    build = root.section("build")
    base = build.text(
        "base", pattern=BASES, expected="debian, node or python", remedy="Name the base image."
    )
    build.close()
    choices = parse_choices(root)
    kind = InstanceType(
        name=name,
        folder=folder,
        context_digest=context_digest,
        base=base,
        description=root.text(
            "description", expected="a sentence", remedy="Say what an instance of it serves."
        ),
        endpoints=_endpoints(root),
        choices=choices,
        environment=root.strings(
            "environment", remedy="Quote the value: it reaches the container."
        ),
        variables=parse_variables(root),
        reserved_variables=parse_reserved_variables(root),
        secrets={key: _secret(section) for key, section in root.sections("secrets")},
        volumes=parse_volumes(root, choices),
        user=root.integer(
            "user", least=1, most=65535, remedy="Name an unprivileged uid.", default=1000
        ),
        tmpfs=root.strings("tmpfs", remedy="Write the mount's options, such as size=64m."),
        seccomp=_seccomp(root),
        limits=_limits(root.section("limits")),
        stop_seconds=root.integer(
            "stopSeconds", least=1, most=300, remedy="Seconds from SIGTERM to SIGKILL.", default=10
        ),
        health=_health(root.section("health")),
    )
    root.close()
    if problems:
        raise ConfigError(problems)
    return kind


def _endpoints(root: Section) -> tuple[Endpoint, ...]:
    endpoints = tuple(_endpoint(name, section) for name, section in root.sections("endpoints"))
    if "mcp" not in (endpoint.name for endpoint in endpoints):
        root.problem("endpoints", "an endpoint mcp", "Say at which port and path MCP is served.")
    return endpoints


def _endpoint(name: str, section: Section) -> Endpoint:
    if name not in ENDPOINTS:
        section.reject("mcp or vnc", name, "Rename it: the edge serves no other hosts.")
    auth = ENDPOINTS.get(name, Auth.BEARER)
    section.text(
        "auth",
        pattern=auth,
        expected=auth,
        remedy=f"Write auth: {auth}.",
        default=auth,
    )
    endpoint = Endpoint(
        name=name,
        port=section.integer(
            "port", least=1, most=65535, remedy="Name the port it listens on.", default=8080
        ),
        path=section.text("path", pattern="/.*", expected="a path", remedy="Start it with /."),
        auth=auth,
        folders={key: _folder(key, below) for key, below in section.sections("folders")},
    )
    section.close()
    return endpoint


def _folder(name: str, section: Section) -> int:
    if not re.fullmatch(NAME, name):
        expected = "a name of lower-case letters, digits and inner hyphens"
        section.reject(expected, name, "Rename it: it is served at /<name>/.")
    port = section.integer(
        "port", least=1, most=65535, remedy="Name the port that serves it.", default=8081
    )
    section.close()
    return port


def _secret(section: Section) -> SecretKind:
    kind = section.text(
        "kind",
        pattern="|".join(SecretKind),
        expected=" or ".join(SecretKind),
        remedy=nearest("", SecretKind),
        default=SecretKind.VNC.value,
    )
    section.close()
    return SecretKind(kind)


def _seccomp(root: Section) -> str | None:
    if not root.has("seccomp"):
        return None
    return root.text(
        "seccomp",
        pattern=r"[\w.-]+\.json",
        expected="a file name",
        remedy="Name it beside type.yaml.",
    )


def _limits(section: Section) -> Limits:
    def whole(key: str, least: int, most: int, default: int) -> int:
        remedy = f"Set {key} to what one instance needs at most."
        return section.integer(key, least=least, most=most, remedy=remedy, default=default)

    limits = Limits(
        memory=whole("memory", 16, 1 << 20, 1024),
        pids=whole("pids", 8, 1 << 16, 256),
        cpus=section.number(
            "cpus", least=0.1, most=256, remedy="Set the CPUs of one instance.", default=1.0
        ),
    )
    section.close()
    return limits


def _health(section: Section) -> Health:
    def seconds(key: str, default: int) -> int:
        return section.integer(key, least=1, most=600, remedy="Seconds.", default=default)

    remedy = "Write the program that tells whether it is healthy, and its arguments, as a list."
    command = section.items("command", remedy=remedy, least=1)
    health = Health(
        command=tuple(str(part) for _, part in command),
        interval=seconds("intervalSeconds", 5),
        timeout=seconds("timeoutSeconds", 3),
        start_period=seconds("startPeriodSeconds", 30),
        retries=section.integer(
            "retries", least=1, most=100, remedy="How often in a row it may fail.", default=3
        ),
    )
    section.close()
    return health
