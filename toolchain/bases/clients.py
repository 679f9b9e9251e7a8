"""Where this machine's apt, npm and pip find their packages, for the clients inside an image.

Asked of the clients themselves. A URL with credentials in it is never carried into an image:
`say` is told so instead.
"""

import ast
import subprocess
import sys
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from toolchain.steps import Say

_SUITES = ("bookworm", "bookworm-updates", "bookworm-security")
_APT_OPTIONS = (
    "Acquire::http::Proxy",
    "Acquire::https::Proxy",
    "Acquire::Check-Date",
    "Acquire::Check-Valid-Until",
)
_PIP_OPTIONS = ("index-url", "extra-index-url", "trusted-host")


def has_credentials(value: str) -> bool:
    """Whether one of the URLs in `value` names a user or a password."""
    return any("@" in urlsplit(word).netloc for word in value.split())


def apt_sources(targets: str) -> list[tuple[str, str]]:
    """Debian bookworm's own archives as (URI, suite).

    `targets` has a line `URI|suite|component|origin` for each index; apt leaves the origin
    unexpanded where it has not fetched the archive's lists yet.
    """
    rows = [line.split("|") for line in targets.splitlines() if line.count("|") == 3]
    return [
        (uri, suite)
        for uri, suite, component, origin in rows
        if suite in _SUITES and component == "main" and origin in ("Debian", "$(ORIGIN)")
    ]


def pip_options(listing: str) -> dict[str, str]:
    """The options that say where packages are, from `pip config list`.

    pip lists the environment first and lets it win over its files: so does this.
    """
    options: dict[str, str] = {}
    for line in listing.splitlines():
        key, _, value = line.partition("=")
        name = key.rpartition(".")[2]
        if name in _PIP_OPTIONS:
            options.setdefault(name, str(ast.literal_eval(value)))
    return options


def pip_conf(options: Mapping[str, str]) -> str:
    """A pip.conf with `options`."""
    lines = [f"{name} = {' '.join(value.split())}" for name, value in options.items()]
    return "\n".join(["[global]", *lines, ""])


def carried(setting: str, value: str, say: Say) -> bool:
    """Whether `value` may go into an image; says so where it may not."""
    if has_credentials(value):
        say(f"  {setting} holds credentials and is not carried into the image")
        return False
    return True


def machine_apt_sources(say: Say) -> list[tuple[str, str]]:
    """`apt_sources` of this machine; none where it has no apt or is no Debian bookworm."""
    fields = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)"
    targets = _answer(["apt-get", "indextargets", "--format", fields, "Created-By: Packages"])
    rows = dict.fromkeys(apt_sources(targets))
    return [row for row in rows if carried(f"apt's source of {row[1]}", row[0], say)]


def machine_apt_options(say: Say) -> dict[str, str]:
    """This machine's proxy and date settings of apt."""
    lines = _answer(["apt-config", "dump", "--format", "%F %v%n", *_APT_OPTIONS]).splitlines()
    rows = [line.partition(" ") for line in lines]
    return {name: value for name, _, value in rows if carried(f"apt's {name}", value, say)}


def machine_pip_options(say: Say) -> dict[str, str]:
    """`pip_options` of this machine."""
    options = pip_options(_answer([sys.executable, "-m", "pip", "config", "list"]))
    return {name: value for name, value in options.items() if carried(f"pip's {name}", value, say)}


def machine_npm_registry(say: Say) -> str | None:
    """The address of this machine's npm registry."""
    address = _answer(["npm", "config", "get", "registry"]).strip()
    return address if address and carried("npm's registry", address, say) else None


def _answer(argv: Sequence[str]) -> str:
    """What a client prints; nothing where it is missing or fails, as then it has no settings."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
