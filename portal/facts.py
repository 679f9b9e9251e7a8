"""Everything that the page shows, as it is now: each source is asked, and may be in trouble."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal.certificate import Certificate
from portal.errors import Trouble
from portal.stack import Stack


@dataclass(frozen=True, kw_only=True)
class Container:
    """A container: `status` is in the engine's words, `failing` has reasons by part."""

    state: str
    status: str
    health: str | None
    failing: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token by its name; it has not been used since the gate started if `last_used` is None."""

    name: str
    grant: str
    expires: datetime | None
    last_used: datetime | None


@dataclass(frozen=True, kw_only=True)
class Denial:
    """What the gate refused, how often, and when last."""

    host: str
    door: str
    reason: str
    token: str
    address: str
    count: int
    last: datetime


@dataclass(frozen=True, kw_only=True)
class Activity:
    """What the gate knows since it started; `tokens` by instance, `problems` of its registry."""

    since: datetime
    problems: Sequence[str]
    tokens: Mapping[str, Sequence[Token]]
    denials: Sequence[Denial]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The stack, and what was learnt of it; where there is nothing, `troubles` says why."""

    stack: Stack
    containers: Mapping[str, Container] | None
    activity: Activity | None
    certificate: Certificate | None
    troubles: Mapping[str, str] = field(default_factory=dict)


def parse_containers(answer: bytes) -> dict[str, Container]:
    """What the reader says; raises Trouble where it says of some."""
    told = json.loads(answer)
    if trouble := told.get("trouble"):
        raise Trouble(trouble)
    return {name: Container(**entry) for name, entry in told["containers"].items()}


def parse_activity(answer: bytes) -> Activity:
    """What authgate says of late."""
    told = json.loads(answer)
    return Activity(
        since=datetime.fromisoformat(told["since"]),
        problems=told["problems"],
        tokens={id_: [_token(each) for each in found] for id_, found in told["tokens"].items()},
        denials=[Denial(**each | {"last": _time(each["last"])}) for each in told["denials"]],
    )


def _token(told: Mapping[str, Any]) -> Token:
    return Token(
        name=told["name"],
        grant=told["grant"],
        expires=_time(told["expires"]),
        last_used=_time(told["lastUsed"]),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


class Sources:
    """Whom the portal asks. What they said is good for `fresh` seconds, for whoever looks.

    `read_stack` raises Trouble, and so do the others; nothing is asked while nobody looks.
    """

    def __init__(
        self,
        *,
        read_stack: Callable[[], Stack],
        containers: Callable[[], Awaitable[Mapping[str, Container]]],
        activity: Callable[[], Awaitable[Activity]],
        certificate: Callable[[str], Awaitable[Certificate]],
        fresh: float = 1.0,
    ) -> None:
        self._read_stack = read_stack
        self._containers = containers
        self._activity = activity
        self._certificate = certificate
        self._fresh = fresh
        self._one_at_a_time = asyncio.Lock()
        self._facts: Facts | None = None
        self._looked = 0.0

    async def look(self) -> Facts:
        """The facts on the stack as it is now, at most `fresh` seconds old; raises Trouble."""
        async with self._one_at_a_time:
            stack, known = self._read_stack(), self._facts
            old = time.monotonic() - self._looked > self._fresh
            if known is None or known.stack is not stack or old:
                known = self._facts = await self._ask(stack)
                self._looked = time.monotonic()
            return known

    async def _ask(self, stack: Stack) -> Facts:
        asked: dict[str, Awaitable[Any]] = {
            "containers": self._containers(),
            "activity": self._activity(),
            "certificate": self._certificate(f"app.{stack.domain}"),
        }
        answers = await asyncio.gather(*asked.values(), return_exceptions=True)
        found: dict[str, Any] = dict.fromkeys(asked)
        troubles = {}
        for name, answer in zip(asked, answers, strict=True):
            if isinstance(answer, Trouble):
                troubles[name] = str(answer)
            elif isinstance(answer, BaseException):
                raise answer
            else:
                found[name] = answer
        return Facts(stack=stack, troubles=troubles, **found)
