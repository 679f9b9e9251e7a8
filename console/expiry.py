"""Which tokens are still good: by their last days (UTC), as the stack's file has them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from console.errors import ConsoleError
from console.stack_file import read_values


def last_days(stack: str, instance: str) -> dict[str, str]:
    """By name, the last day (YYYY-MM-DD) of each of an instance's tokens that has one."""
    try:
        tokens = read_values(stack)["instances"][instance]["tokens"] or ()
    except (KeyError, TypeError):
        return {}
    entries = [token for token in tokens if isinstance(token, dict) and "expires" in token]
    return {str(token.get("name")): str(token["expires"]) for token in entries}


def expired(name: str, days: Mapping[str, str]) -> bool:
    """Whether a token's last day is over; one without a last day is always good."""
    return name in days and days[name] < datetime.now(UTC).date().isoformat()


def first_good(stack: str, instance: str, names: Iterable[str], days: Mapping[str, str]) -> str:
    """The first token by name that is good today; raises `ConsoleError` where none is."""
    known = sorted(names)
    if good := [name for name in known if not expired(name, days)]:
        return good[0]
    ends = ", ".join(f"{name} ({days[name]})" for name in known)
    raise ConsoleError(
        f"no token of instance {instance} is good any more; their last days were: {ends}",
        f"set a later one under mcpier:instances.{instance}.tokens in stacks/Pulumi.{stack}.yaml, "
        f"or add a token, and type: make up STACK={stack}",
    )
