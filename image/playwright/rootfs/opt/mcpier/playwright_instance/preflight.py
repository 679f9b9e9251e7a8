"""Finds out, before any program starts, whether this container can run the instance at all."""

import os
import resource
import subprocess
from pathlib import Path

# The second lets its bearer watch and do nothing.
VNC_PASSWORDS = (
    Path("/run/secrets/mcpier/vnc-password"),
    Path("/run/secrets/mcpier/vnc-watch-password"),
)
WRITABLE = (
    Path("/tmp"),
    Path("/run/mcpier"),
    Path("/home/mcpier"),
    Path("/home/mcpier/files"),
)
PROFILE = Path("/home/mcpier/profile")

# libvncserver, and others like it, walk every descriptor up to the soft limit: with a daemon's
# default of 1e9 one VNC connection takes minutes (LibVNC/libvncserver issue 600).
MOST_OPEN_FILES = 65536

# What Chromium's sandbox does: new user, pid and network namespaces, then a chroot inside them.
SANDBOX_TRIAL = "unshare --user --map-root-user --pid --net --fork --root=/ true"


def password_problems(paths: tuple[Path, Path] = VNC_PASSWORDS) -> list[str]:
    """Say what is wrong with the VNC passwords' files, of which the second is for watching."""
    problems = [problem for problem in map(_password_problem, paths) if problem]
    if not problems and read_password(paths[0]) == read_password(paths[1]):
        problems.append(
            f"{paths[1]} holds the same password as {paths[0]} in its first 8 characters, so that "
            "whoever watches could act; put another one there"
        )
    return problems


def read_password(path: Path) -> bytes:
    """Return the password in a file; RFB uses 8 characters."""
    return path.read_bytes().strip()[:8]


def _password_problem(path: Path) -> str | None:
    remedy = "mount the instance's secrets there, the file readable by user 1000"
    try:
        content = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return f"the VNC password file {path} is missing; {remedy}"
    except (OSError, UnicodeDecodeError) as error:
        return f"the VNC password file {path} cannot be read ({error}); {remedy}"
    return None if content else f"the VNC password file {path} is empty; {remedy}"


def writable_problems(paths: tuple[Path, ...] = WRITABLE) -> list[str]:
    """Name each directory that the programs must write to and cannot."""
    return [
        f"{path} is not writable for user {os.getuid()}; give it a tmpfs or a volume of that user"
        for path in paths
        if not os.access(path, os.W_OK | os.X_OK)
    ]


def profile_problems(kept: bool, profile: Path = PROFILE) -> list[str]:
    """Refuse a profile that is to outlive the container and has no volume to write to."""
    if not kept:
        return []
    if not profile.is_mount():
        return [f"MCPIER_PROFILE is 'persistent' and {profile} is no volume; mount one there"]
    return writable_problems((profile,))


def time_zone_problem(zone: str, zones: Path = Path("/usr/share/zoneinfo")) -> str | None:
    """Refuse a time zone that the programs would silently take for UTC."""
    if not zone or (".." not in zone and (zones / zone).is_file()):
        return None
    return f"TZ is {zone!r}; expected a name of the tz database such as Europe/Berlin"


def sandbox_problem() -> str | None:
    """Try what Chromium's sandbox needs of seccomp, the kernel and AppArmor."""
    trial = subprocess.run(SANDBOX_TRIAL.split(), capture_output=True, text=True, check=False)
    if trial.returncode == 0:
        return None
    last_words = trial.stderr.strip().splitlines()[-1:] or ["no message"]
    return (
        f"Chromium's sandbox cannot start ({last_words[0]}); run the container with the seccomp "
        "profile image/playwright/seccomp.json, and on the host allow user namespaces "
        "(user.max_user_namespaces > 0, kernel.apparmor_restrict_unprivileged_userns=0 where "
        "it exists)"
    )


def bound_resources() -> None:
    """Lower what the container engine left open: descriptors, and core dumps that fill disks."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_OPEN_FILES if hard == resource.RLIM_INFINITY else min(MOST_OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
