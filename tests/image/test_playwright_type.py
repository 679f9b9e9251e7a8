"""The image's description and its seccomp profile, as data."""

import hashlib
import json
import re
from typing import Any

import pytest

from tests.image.playwright_harness import TYPE
from tests.image.playwright_image import IMAGE

# default.json of github.com/moby/profiles/seccomp v0.2.4, parsed and rendered by json.dumps.
MOBY_DIGEST = "59e4a4b99e0bfef53a0518b982fcba0db8a074b1e10c7ff2654ff0430b5cd3c2"

PROFILE: dict[str, Any] = json.loads((IMAGE / "seccomp.json").read_text(encoding="utf-8"))


def test_the_profile_is_mobys_default_and_one_rule() -> None:
    *default, added = PROFILE["syscalls"]
    rendered = json.dumps({**PROFILE, "syscalls": default}, sort_keys=True)
    assert hashlib.sha256(rendered.encode()).hexdigest() == MOBY_DIGEST
    assert (added["names"], added["action"]) == (["clone", "unshare", "chroot"], "SCMP_ACT_ALLOW")


def test_clone3_stays_unknown_so_that_programs_fall_back_to_clone() -> None:
    (rule,) = [rule for rule in PROFILE["syscalls"] if rule["names"] == ["clone3"]]
    assert (rule["action"], rule["errnoRet"]) == ("SCMP_ACT_ERRNO", 38)


@pytest.mark.parametrize("name", sorted(TYPE["choices"]))
def test_a_choices_default_matches_its_own_pattern(name: str) -> None:
    choice = TYPE["choices"][name]
    assert choice["description"].endswith(".")
    assert "default" not in choice or re.fullmatch(choice["pattern"], choice["default"])


REFUSED = {
    "screen": ["319x1080x24", "1920x4000x24", "0800x0600x24", "1920x1080x8", "1920x1080"],
    "profile": ["kept"],
    "proxy": ["proxy:3128", "http://user:word@proxy:3128", "http://proxy:3128/ --no-sandbox"],
    "proxyBypass": ["<-loopback>", "a b", "a,"],
    "userAgent": ["", "two\nlines", "x" * 301],
    "extraCa": ["text", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"],
    "snapshotMode": ["incremental"],
    "testIdAttribute": ["data testid", "']"],
    "allowedOrigins": ["https://a.example https://b.example", ";"],
    "blockedOrigins": [""],
    "timeoutSettle": ["1s"],
}
TAKEN = {
    "screen": ["320x320x16", "3840x2160x24", "3999x3999x24"],
    "profile": ["ephemeral", "persistent"],
    "proxy": ["http://proxy.example.org:3128", "socks5://[fd00::1]:1080"],
    "proxyBypass": ["*.example.org,10.0.0.0/8,[fd00::]/8"],
    "userAgent": ["Mozilla/5.0 (X11; Linux x86_64)"],
    "allowedOrigins": ["https://a.example;https://b.example:8443"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in REFUSED.items() for value in values]
)
def test_a_choice_refuses_what_the_browser_would_misread(name: str, value: str) -> None:
    assert not re.fullmatch(TYPE["choices"][name]["pattern"], value)


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in TAKEN.items() for value in values]
)
def test_a_choice_takes_what_it_is_for(name: str, value: str) -> None:
    assert re.fullmatch(TYPE["choices"][name]["pattern"], value)


@pytest.mark.parametrize(
    "name",
    [
        *("PLAYWRIGHT_MCP_PORT", "PWDEBUG", "MCPIER_EXTRA", "LD_PRELOAD", "PYTHONPATH", "LC_ALL"),
        *("http_proxy", "HTTPS_PROXY", "PATH", "HOME", "DISPLAY", "MCP_HOSTS", "NODE_OPTIONS"),
    ],
)
def test_variables_that_would_break_the_programs_are_reserved(name: str) -> None:
    assert any(re.fullmatch(pattern, name) for pattern in TYPE["otherVariables"]["reserved"])


@pytest.mark.parametrize("name", ["SHOP_LOGIN", "API_KEY", "PASSWORD", "region", "GOOGLE_KEY"])
def test_other_variables_are_a_stacks_to_set(name: str) -> None:
    assert not any(re.fullmatch(pattern, name) for pattern in TYPE["otherVariables"]["reserved"])


def test_the_image_and_its_description_agree() -> None:
    dockerfile = (IMAGE / "Dockerfile").read_text(encoding="utf-8")
    health = TYPE["health"]
    for choice in TYPE["choices"].values():
        if "default" in choice:
            assert f"{choice['env']}={choice['default']}" in dockerfile
    assert f"--interval={health['intervalSeconds']}s" in dockerfile
    assert json.dumps(health["command"]) in dockerfile
    assert f"--uid {TYPE['user']} " in dockerfile


def test_versions_are_pinned_with_digests_and_without_addresses() -> None:
    lock = json.loads((IMAGE / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages["node_modules/@playwright/mcp"]["version"] == "0.0.83"
    assert all("integrity" in entry and "resolved" not in entry for entry in packages.values())
    lines = (IMAGE / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"\S+==\S+ --hash=sha256:[0-9a-f]{64}", line) for line in lines)
