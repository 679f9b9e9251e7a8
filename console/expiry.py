"""Which tokens are still good: by their last days (UTC), as the stack's file has them."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from console.errors import ConsoleError
from console.stack_file import read_values


@dataclass(frozen=True)
class Owner:
    """Whose tokens they are, in words, and the keys at which a stack's file has them."""

    words: str
    keys: tuple[str, ...]


OPERATORS = Owner("the portal", ("operators",))


def instance_tokens(instance: str) -> Owner:
    """The owner of an instance's tokens."""
    return Owner(f"instance {instance}", ("instances", instance, "tokens"))


def last_days(stack: str, owner: Owner) -> dict[str, str]:
    """By name, the last day (YYYY-MM-DD) of each of an owner's tokens that has one."""
    tokens: Any = read_values(stack)
    try:
        for key in owner.keys:
            tokens = tokens[key]
    except (KeyError, TypeError):
        return {}
    entries = [token for token in tokens or () if isinstance(token, dict) and "expires" in token]
    return {str(token.get("name")): str(token["expires"]) for token in entries}


def first_good(stack: str, owner: Owner, names: Iterable[str], days: Mapping[str, str]) -> str:
    """The first token by name that is good today; raises `ConsoleError` where none is."""
    known = sorted(names)
    if good := [name for name in known if not _expired(name, days)]:
        return good[0]
    ends = ", ".join(f"{name} ({days[name]})" for name in known)
    raise ConsoleError(
        f"no token of {owner.words} is good any more; their last days were: {ends}",
        f"set a later one under mcpier:{'.'.join(owner.keys)} in stacks/Pulumi.{stack}.yaml, "
        f"or add a token, and type: make up STACK={stack}",
    )


def warn_if_expired(name: str, days: Mapping[str, str]) -> None:
    """Say so where a token's last day is over."""
    if _expired(name, days):
        print(f"warning: token {name} has expired: its last day was {days[name]}", file=sys.stderr)


def _expired(name: str, days: Mapping[str, str]) -> bool:
    """One without a last day is always good."""
    return name in days and days[name] < datetime.now(UTC).date().isoformat()
