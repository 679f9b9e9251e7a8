"""A container may do no more than it needs, and use no more than it is given."""

from collections.abc import Iterator

from components.core.errors import Problem
from policy.rule import Resource, Rule

NO_NEW_PRIVILEGES = ("no-new-privileges", "no-new-privileges:true", "no-new-privileges=true")
# Capabilities by the role that needs them.
NEEDED = {"traefik": {"NET_BIND_SERVICE"}}
HOSTS_OWN = ("pidMode", "ipcMode", "usernsMode", "cgroupnsMode")


def read_only_root(container: Resource) -> Iterator[Problem]:
    """The root file system takes no writes."""
    if container.props.get("readOnly") is not True:
        yield Problem(
            path="readOnly",
            expected="true",
            found=_shown(container.props.get("readOnly")),
            remedy="Set it; give what must be written a tmpfs or a volume.",
        )


def capabilities(container: Resource) -> Iterator[Problem]:
    """All are dropped, and none is added but what the role needs."""
    given = container.props.get("capabilities") or {}
    dropped = {_plain(name) for name in given.get("drops") or []}
    if "ALL" not in dropped:
        yield Problem(
            path="capabilities.drops",
            expected="ALL",
            found=_shown(sorted(dropped)),
            remedy='Set it to ["ALL"].',
        )
    added = {_plain(name) for name in given.get("adds") or []}
    if more := sorted(added - NEEDED.get(container.role, set())):
        yield Problem(
            path="capabilities.adds",
            expected="no capability, but NET_BIND_SERVICE for the role traefik",
            found=", ".join(more),
            remedy="Take it out; let the program do without, or in another way.",
        )


def no_new_privileges(container: Resource) -> Iterator[Problem]:
    """No program gains privileges by being executed."""
    options = container.props.get("securityOpts") or []
    if not set(NO_NEW_PRIVILEGES).intersection(options):
        yield Problem(
            path="securityOpts",
            expected="no-new-privileges:true among them",
            found=_shown([option.partition("=")[0] for option in options]),
            remedy="Add it.",
        )


def confinement(container: Resource) -> Iterator[Problem]:
    """Nothing takes away what keeps a container apart from its host."""
    props = container.props
    if props.get("privileged"):
        yield Problem(path="privileged", expected="false", found="true", remedy="Take it out.")
    if devices := props.get("devices"):
        paths = ", ".join(str(device.get("hostPath")) for device in devices)
        yield Problem(path="devices", expected="none", found=paths, remedy="Take them out.")
    if gpus := props.get("gpus"):
        yield Problem(path="gpus", expected="none", found=str(gpus), remedy="Take it out.")
    for option in props.get("securityOpts") or []:
        if option.endswith("unconfined") or option.startswith(("label=disable", "label:disable")):
            yield Problem(
                path="securityOpts",
                expected="no confinement turned off",
                found=option,
                remedy="Take it out; name a profile that allows what the program needs.",
            )
    for key in HOSTS_OWN:
        if str(props.get(key) or "").startswith(("host", "container:")):
            yield Problem(
                path=key,
                expected="the container's own",
                found=str(props[key]),
                remedy="Take it out.",
            )


def memory_limit(container: Resource) -> Iterator[Problem]:
    """Memory has a limit, in MiB, and swap does not stretch it."""
    memory, swap = container.props.get("memory") or 0, container.props.get("memorySwap")
    if memory <= 0:
        yield Problem(
            path="memory", expected="a limit in MiB", found=_shown(memory or None), remedy="Set it."
        )
    elif swap != memory:
        yield Problem(
            path="memorySwap",
            expected=f"the same as memory, {memory:g}",
            found=_shown(swap),
            remedy="Set it, so that there is no swap beyond the limit.",
        )


def health_check(container: Resource) -> Iterator[Problem]:
    """Docker can tell whether it works: Traefik and the deploy go by it."""
    tests = (container.props.get("healthcheck") or {}).get("tests") or []
    if not tests or tests[0] == "NONE":
        yield Problem(
            path="healthcheck",
            expected="a command that tells whether it works",
            found=_shown(tests),
            remedy='Set it, such as {"tests": ["CMD", "healthcheck"], "interval": "5s"}.',
        )


def own_labels(container: Resource) -> Iterator[Problem]:
    """What a stack has on its host can be found again by its labels."""
    wanted = {"mcpier.stack": container.stack, "mcpier.role": "the name of its part"}
    for label, expected in wanted.items():
        found = container.labels.get(label)
        if not found or (label == "mcpier.stack" and found != container.stack):
            yield Problem(
                path=f"label {label}",
                expected=expected,
                found=_shown(found),
                remedy="Set it: sweeping, repair and Traefik go by it.",
            )


def _plain(capability: str) -> str:
    return capability.upper().removeprefix("CAP_")


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    return "nothing" if value is None else str(value).lower()


RULES = [
    Rule(
        name="read-only-root",
        description="A container's root file system is read-only.",
        check=read_only_root,
    ),
    Rule(
        name="no-capabilities",
        description="A container has no capabilities.",
        check=capabilities,
    ),
    Rule(
        name="no-new-privileges",
        description="A program in a container gains no privileges by being executed.",
        check=no_new_privileges,
    ),
    Rule(
        name="confined",
        description="A container is kept apart from its host.",
        check=confinement,
    ),
    Rule(
        name="memory-limit",
        description="A container has a limit of memory.",
        check=memory_limit,
    ),
    Rule(
        name="health-check",
        description="A container has a health check.",
        check=health_check,
    ),
    Rule(
        name="own-labels",
        description="A container carries the labels of its stack.",
        check=own_labels,
    ),
]
