"""What the page says of the facts. Pure: the time comes in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from portal.certificate import Certificate
from portal.facts import Container, Denial, Facts, Token
from portal.judgement import ABSENT, RUNNING, drift
from portal.stack import Instance

SECONDS_A_DAY = 86_400
# A certificate that renews itself is renewed 30 days before its end.
SOON_DAYS, URGENT_DAYS = 21, 7
HEALTHY = "healthy"
# What urls are called that have no better name.
TITLES = {"mcp": "MCP endpoint", "vnc": "Live view"}


class Tone(StrEnum):
    """How much of somebody's care something needs; always beside a word."""

    GOOD = "good"
    UNSURE = "unsure"
    BAD = "bad"
    QUIET = "quiet"


@dataclass(frozen=True, kw_only=True)
class Part:
    """A container in words: `word` is its state, `reasons` say what is wrong, by part of it."""

    name: str
    word: str
    tone: Tone
    since: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Row:
    """An instance: its own container, and those beside it."""

    instance: Instance
    parts: Sequence[Part]

    @property
    def worst(self) -> Part:
        """The part that stands for it: its own, unless one beside it needs more care."""
        return max(self.parts, key=lambda part: _CARE.index(part.tone))

    @property
    def picture(self) -> str:
        """Where a picture of its live view is, empty where there is none just now.

        Traefik leads to a container while it is healthy.
        """
        return self.instance.thumbnail if self.parts[0].word == HEALTHY else ""


_CARE = (Tone.QUIET, Tone.GOOD, Tone.UNSURE, Tone.BAD)


def rows(facts: Facts) -> list[Row]:
    """The instances, by id."""
    return [_row(facts, instance) for _, instance in sorted(facts.stack.instances.items())]


def _row(facts: Facts, instance: Instance) -> Row:
    parts = [
        _part(facts, instance.id, name or instance.id, container, instance.wanted)
        for name, container in instance.containers.items()
    ]
    return Row(instance=instance, parts=parts)


def platform(facts: Facts) -> list[Part]:
    """The platform's own parts."""
    return [
        _part(facts, name, name, container, RUNNING)
        for name, container in facts.stack.platform.items()
    ]


def _part(facts: Facts, logged: str, name: str, container: str, wanted: str) -> Part:
    """`logged` is what `mcpier logs` calls it."""
    if facts.containers is None:
        return Part(name=name, word="unknown", tone=Tone.UNSURE)
    found = facts.containers.get(container)
    state = found.state if found else ABSENT
    if wrong := drift(logged, facts.stack.name, wanted=wanted, state=state):
        return Part(name=name, word=state, tone=Tone.BAD, reasons={"": wrong})
    if found is None:
        return Part(name=name, word="stopped", tone=Tone.QUIET)
    return _running(name, found)


def _running(name: str, found: Container) -> Part:
    tones = {"unhealthy": Tone.BAD, "starting": Tone.UNSURE}
    return Part(
        name=name,
        word=found.health or found.state,
        tone=tones.get(found.health or "", Tone.GOOD),
        since=found.status.lower(),
        reasons=found.failing,
    )


def unwell(rows: Iterable[Row], platform: Iterable[Part]) -> list[Part]:
    """What needs somebody's care, under the names by which the page shows it."""
    shown = (*(replace(row.worst, name=row.instance.id) for row in rows), *platform)
    return [part for part in shown if part.tone is Tone.BAD]


def certificate(found: Certificate, now: datetime) -> Part:
    """How long the certificate is good for."""
    if found.ends is None or found.ends <= now:
        return Part(name="Certificate", word="expired", tone=Tone.BAD)
    days = int((found.ends - now).total_seconds() // SECONDS_A_DAY)
    tone = Tone.BAD if days < URGENT_DAYS else Tone.UNSURE if days < SOON_DAYS else Tone.GOOD
    return Part(
        name="Certificate",
        word=f"good for {days} {'day' if days == 1 else 'days'}",
        tone=tone,
        since=f"until {found.ends:%Y-%m-%d}",
    )


def tokens(facts: Facts, instance: str) -> Sequence[Token]:
    """The tokens of an instance, by name within each grant; none where the gate is silent."""
    found = facts.activity.tokens.get(instance, ()) if facts.activity else ()
    return sorted(found, key=lambda token: (token.grant, token.name))


def denials(facts: Facts, instance: str | None = None) -> Sequence[Denial]:
    """What was refused of late, the latest first; at the hosts of one instance, if it is named."""
    found = facts.activity.denials if facts.activity else ()
    return [each for each in found if instance is None or each.host.partition("-")[2] == instance]


def title(endpoint: str) -> str:
    """What a link to an endpoint is called."""
    return TITLES.get(endpoint, endpoint)
