"""Reads what a container of an instance is made of: its own keys and those of a side container."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from components.core.choice import Choice
from components.core.errors import nearest
from components.core.instance_type import (
    Build,
    ContainerType,
    Endpoint,
    Limits,
    Ready,
    SecretKind,
)
from components.core.parse_health import parse_health
from components.core.parse_packages import INSTALLERS
from components.core.parse_type_options import parse_volumes
from components.core.section import Section

BASES = "debian|node|python"
REFERENCE = r"[\w.:/@-]+"
# man 7 capabilities.
CAPABILITIES = (
    "AUDIT_CONTROL|AUDIT_READ|AUDIT_WRITE|BLOCK_SUSPEND|BPF|CHECKPOINT_RESTORE|CHOWN|"
    "DAC_OVERRIDE|DAC_READ_SEARCH|FOWNER|FSETID|IPC_LOCK|IPC_OWNER|KILL|LEASE|LINUX_IMMUTABLE|"
    "MAC_ADMIN|MAC_OVERRIDE|MKNOD|NET_ADMIN|NET_BIND_SERVICE|NET_BROADCAST|NET_RAW|PERFMON|"
    "SETFCAP|SETGID|SETPCAP|SETUID|SYSLOG|SYS_ADMIN|SYS_BOOT|SYS_CHROOT|SYS_MODULE|SYS_NICE|"
    "SYS_PACCT|SYS_PTRACE|SYS_RAWIO|SYS_RESOURCE|SYS_TIME|SYS_TTY_CONFIG|WAKE_ALARM"
)


@dataclass(frozen=True, kw_only=True)
class Origin:
    """A type's folder, and the digests of its build contexts by folder, relative to it."""

    folder: str
    contexts: Mapping[str, str]


def parse_container(
    section: Section,
    origin: Origin,
    *,
    name: str,
    image_name: str,
    choices: tuple[Choice, ...],
    endpoint: Endpoint | None,
) -> ContainerType:
    """Reads it; the mapping is not closed, for there may be other keys."""
    capabilities = _capabilities(section)
    return ContainerType(
        name=name,
        folder=origin.folder,
        image=_image(section, image_name, origin),
        command=section.texts("command", remedy="Write the arguments as a list."),
        environment=section.strings(
            "environment", remedy="Quote the value: it reaches the container."
        ),
        secrets={key: _secret(entry) for key, entry in section.sections("secrets")},
        volumes=parse_volumes(section, choices),
        user=_user(section, capabilities),
        tmpfs=section.strings("tmpfs", remedy="Write the mount's options, such as size=64m."),
        seccomp=_seccomp(section),
        capabilities=capabilities,
        limits=_limits(section.section("limits")),
        stop_seconds=_stop_seconds(section),
        health=parse_health(section.section("health"), endpoint),
    )


def _user(section: Section, capabilities: Mapping[str, str]) -> int:
    return section.integer(
        "user",
        # Without capabilities of its own, uid 0 is of use to nobody but an intruder.
        least=0 if capabilities else 1,
        most=65535,
        remedy="Name an unprivileged uid.",
        default=1000,
    )


def _image(section: Section, name: str, origin: Origin) -> Build | Ready:
    if section.has("image"):
        if section.has("build"):
            section.problem("build", "either image or build", "Remove one of them.")
        remedy = "Name an image with its tag or digest."
        expected = "an image reference such as ghcr.io/example/server@sha256:…"
        return Ready(
            reference=section.text("image", pattern=REFERENCE, expected=expected, remedy=remedy)
        )
    return _build(section.section("build"), name, origin)


def _build(build: Section, name: str, origin: Origin) -> Build:
    base = build.text(
        "base", pattern=BASES, expected="debian, node or python", remedy="Name the base image."
    )
    below = _folder(build, origin.contexts)
    packages = build.texts(
        "packages", remedy=f"Write some of {', '.join(INSTALLERS)}, a line each."
    )
    for installer in packages:
        if installer not in INSTALLERS:
            build.mismatch(
                "packages", "known installers", installer, nearest(installer, INSTALLERS)
            )
    build.close()
    return Build(
        name=name,
        folder=f"{origin.folder}/{below}" if below else origin.folder,
        context_digest=origin.contexts.get(below, ""),
        base=base,
        packages=packages,
    )


def _folder(build: Section, contexts: Mapping[str, str]) -> str:
    if not build.has("folder"):
        return ""
    known = sorted(filter(None, contexts))
    below = build.text("folder", expected="a folder beside type.yaml", remedy="Name it.")
    if below and below not in known:
        build.problem(
            "folder", "a folder beside type.yaml with a Dockerfile", nearest(below, known)
        )
    return below


def _secret(section: Section) -> SecretKind:
    kind = section.text(
        "kind",
        pattern="|".join(SecretKind),
        expected="password, vnc or vnc-watch",
        remedy=nearest("", SecretKind),
        default=SecretKind.VNC.value,
    )
    section.close()
    return SecretKind(kind)


def _seccomp(section: Section) -> str | None:
    if not section.has("seccomp"):
        return None
    return section.text(
        "seccomp",
        pattern=r"[\w.-]+\.json",
        expected="a file name",
        remedy="Name it beside type.yaml.",
    )


def _capabilities(section: Section) -> dict[str, str]:
    kept = section.strings("capabilities", remedy="Say in a sentence why it must keep it.")
    for name in kept:
        if not re.fullmatch(CAPABILITIES, name):
            remedy = nearest(name, CAPABILITIES.split("|"))
            section.section("capabilities").reject("names of capabilities", name, remedy)
    return kept


def _stop_seconds(section: Section) -> int:
    return section.integer(
        "stopSeconds", least=1, most=300, remedy="Seconds from SIGTERM to SIGKILL.", default=10
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
