"""Reads an instance's settings from its environment. Pure: no file and no process is touched."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

# 320 to 3999 pixels: the largest screen takes 64 MB.
_SIDE = "(3[2-9][0-9]|[4-9][0-9]{2}|[1-3][0-9]{3})"
SCREEN = re.compile(f"{_SIDE}x{_SIDE}x(16|24)")
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")
LANGUAGE = re.compile(r"([a-z]{2,3})(?:_([A-Z]{2}))?(?:\.UTF-8)?")

# The checker's name for the MCP server, which compares Host headers exactly. No web page can send
# it, since .invalid never resolves (RFC 6761): a page that reaches localhost:8080 is refused.
PROBE_HOST = "checker.invalid"


@dataclass(frozen=True)
class Settings:
    """The checked settings: the screen in pixels and bits, hosts as `name[:port]`, BCP 47 tags."""

    width: int
    height: int
    depth: int
    allowed_hosts: tuple[str, ...]
    language: str
    accept_languages: tuple[str, ...]
    profile_kept: bool


def read_settings(env: Mapping[str, str]) -> tuple[Settings | None, list[str]]:
    """Return the settings, or None and every problem found, each as one sentence for the log."""
    problems: list[str] = []
    width, height, depth = _screen(env.get("MCPIER_SCREEN", ""), problems)
    hosts = _hosts(env.get("MCPIER_ALLOWED_HOSTS", ""), problems)
    languages = _languages(env.get("LANG", "en_US.UTF-8"), problems)
    kept = _profile(env.get("MCPIER_PROFILE", "ephemeral"), problems)
    if problems:
        return None, problems
    return Settings(width, height, depth, hosts, languages[0], languages, kept), []


def _screen(text: str, problems: list[str]) -> tuple[int, int, int]:
    found = SCREEN.fullmatch(text)
    if found:
        return int(found[1]), int(found[2]), int(found[3])
    problems.append(
        f"MCPIER_SCREEN is {text!r}; expected WIDTHxHEIGHTxDEPTH with sides of 320 to 3999 "
        "pixels and a depth of 16 or 24, such as 1920x1080x24"
    )
    return 0, 0, 0


def _hosts(text: str, problems: list[str]) -> tuple[str, ...]:
    hosts = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    wrong = [host for host in hosts if not HOST.fullmatch(host)]
    if wrong:
        problems.append(
            f"MCPIER_ALLOWED_HOSTS names {', '.join(map(repr, wrong))}; expected host names with "
            "an optional port, separated by commas, such as mcp-demo.example.org:8443"
        )
    return (*hosts, PROBE_HOST)


def _languages(text: str, problems: list[str]) -> tuple[str, ...]:
    found = LANGUAGE.fullmatch(text)
    if not found:
        problems.append(f"LANG is {text!r}; expected a locale such as de_DE.UTF-8")
        return ("en-US",)
    language, region = found[1], found[2]
    return (f"{language}-{region}", language) if region else (language,)


def _profile(text: str, problems: list[str]) -> bool:
    if text not in ("ephemeral", "persistent"):
        problems.append(f"MCPIER_PROFILE is {text!r}; expected ephemeral or persistent")
    return text == "persistent"
