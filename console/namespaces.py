"""Whether the Docker host lets containers make user namespaces, where a type's sandbox needs them.

Those that need them have a seccomp profile that lets them: Docker's own does not. What else forbids
them is the host's: a setting of the kernel, or AppArmor's.
"""

import json
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from components.core.apart import BOUNDED
from components.core.model import StackSpec
from components.core.naming import LOCKED, helper_run
from console.findings import Finding
from console.probing import run_probe
from console.pulumi import PROJECT

SANDBOX_CALLS = {"clone", "unshare", "chroot"}
# What each must be, as far as it is there at all.
GOOD = {
    "user.max_user_namespaces": 10_000,
    "kernel.unprivileged_userns_clone": 1,
    "kernel.apparmor_restrict_unprivileged_userns": 0,
}


def namespaces(spec: StackSpec) -> Iterator[Finding]:
    """What keeps running instances' sandboxes from starting; tried in a throw-away container."""
    for profile, types in sorted(_profiles(spec).items()):
        option = shlex.quote(f"seccomp={profile}")
        confined = f"{LOCKED} {BOUNDED} --security-opt {option}"
        run = f"{helper_run(spec.stack)} {confined}"
        told = run_probe(spec, "make_namespaces", run, json.dumps(list(GOOD)))
        if told["refused"]:
            yield Finding(
                what="the Docker host lets no container make user namespaces "
                f"({told['refused']}), which the sandbox of {', '.join(sorted(types))} needs",
                remedy=_remedy(told["settings"]),
            )


def _profiles(spec: StackSpec) -> dict[Path, set[str]]:
    """The profiles that let containers of running instances make namespaces; for which types."""
    found: dict[Path, set[str]] = {}
    for instance in spec.running:
        for container in instance.type.containers:
            if container.seccomp is not None:
                profile = PROJECT / container.folder / container.seccomp
                if _for_sandbox(json.loads(profile.read_text("utf-8"))):
                    found.setdefault(profile, set()).add(instance.type.name)
    return found


def _for_sandbox(profile: Mapping[str, Any]) -> bool:
    """Whether anybody may make all the trial's calls: Docker's own rules are for some alone."""
    let = {
        name
        for rule in profile.get("syscalls") or ()
        if rule["action"] == "SCMP_ACT_ALLOW" and not (rule.get("includes") or {}).get("caps")
        for name in rule.get("names") or ()
    }
    return let >= SANDBOX_CALLS


def _remedy(settings: Mapping[str, int]) -> str:
    off = {
        name: good
        for name, good in GOOD.items()
        if name in settings and (settings[name] == 0) == (good != 0)
    }
    if not off:
        return "on the Docker host, see that its kernel and AppArmor let containers make them"
    settings_to_write = " ".join(f"{name}={value}" for name, value in off.items())
    return f"on the Docker host, type: sysctl -w {settings_to_write}; and put it into /etc/sysctl.d"
