"""The container's first process: checks the settings, prepares the ground, becomes supervisord."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from playwright_instance import extra_ca, preflight, supervise
from playwright_instance.files import prepare_files
from playwright_instance.mcp_config import write_mcp_config
from playwright_instance.settings import Settings, read_settings
from playwright_instance.variables import read_secret_variables

# sysexits.h: EX_CONFIG.
WRONGLY_CONFIGURED = 78

VNC_PASSWORD_HASH = Path("/run/mcpier/vnc.passwd")
# An X server without root's rights does not make it, and insists on its mode.
DISPLAY_SOCKETS = Path("/tmp/.X11-unix")


def find_problems(env: Mapping[str, str]) -> tuple[Settings | None, list[str]]:
    """Read the settings and look at the container; return every problem at once."""
    settings, problems = read_settings(env)
    found = [
        *preflight.password_problems(),
        extra_ca.problem(env.get("MCPIER_EXTRA_CA", "")),
        preflight.time_zone_problem(env.get("TZ", "")),
        *preflight.writable_problems(),
        *preflight.profile_problems(settings is not None and settings.profile_kept),
        preflight.sandbox_problem(),
    ]
    return settings, problems + [problem for problem in found if problem]


def program_environment(settings: Settings) -> dict[str, str]:
    """Return the variables that supervisord.conf puts into the programs' command lines."""
    return {
        "SCREEN_SIZE": f"{settings.width}x{settings.height}",
        "WINDOW_SIZE": f"{settings.width},{settings.height}",
        "SCREEN_DEPTH": str(settings.depth),
        "MCP_HOSTS": ",".join(settings.allowed_hosts),
        "BROWSER_LANGUAGE": settings.language,
        "BROWSER_ACCEPT_LANGUAGES": ",".join(settings.accept_languages),
    }


def prepare() -> None:
    """Make the directories, and the server's form of the VNC passwords."""
    DISPLAY_SOCKETS.mkdir(exist_ok=True)
    DISPLAY_SOCKETS.chmod(0o1777)
    # The program's manual: the second line is the view-only password.
    lines = b"".join(preflight.read_password(file) + b"\n" for file in preflight.VNC_PASSWORDS)
    hashed = subprocess.run(["tigervncpasswd", "-f"], input=lines, capture_output=True, check=True)
    VNC_PASSWORD_HASH.touch(mode=0o600)
    VNC_PASSWORD_HASH.write_bytes(hashed.stdout)


def main() -> int:
    """Start the instance; return the container's exit code."""
    settings, problems = find_problems(os.environ)
    if settings is None or problems:
        for problem in problems:
            print(f"mcpier: {problem}", file=sys.stderr, flush=True)
        return WRONGLY_CONFIGURED
    preflight.bound_resources()
    prepare()
    prepare_files(settings.allowed_hosts)
    secrets = read_secret_variables()
    write_mcp_config(secrets, os.environ.get("MCPIER_SNAPSHOT_MODE", "full"))
    os.environ.update(secrets | program_environment(settings))
    os.environ.update(extra_ca.install(os.environ.get("MCPIER_EXTRA_CA", "")))
    return supervise.run()


if __name__ == "__main__":
    sys.exit(main())
