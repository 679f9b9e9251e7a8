"""The parts of the page that change while it is open: HTML by the id of its element."""

from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from portal import view
from portal.facts import Facts

TEMPLATES = Environment(
    loader=PackageLoader("portal"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

Fragments = dict[str, str]


def overview(facts: Facts, now: datetime) -> Fragments:
    """Of the page that shows all."""
    live: Any = TEMPLATES.get_template("live.html").module
    rows, platform, certificate = view.rows(facts), view.platform(facts), _certificate(facts, now)
    parts = {f"state-{row.instance.id}": row.worst for row in rows}
    parts |= {f"part-{part.name}": part for part in platform}
    found = {id_: str(live.part(part)) for id_, part in parts.items()}
    found |= {f"picture-{row.instance.id}": str(live.picture(row)) for row in rows}
    unwell = view.unwell(rows, [*platform, *([certificate] if certificate else [])])
    problems = facts.activity.problems if facts.activity else ()
    return found | {
        "summary": str(live.summary(unwell, problems, facts.troubles)),
        "certificate": str(live.certificate(certificate)),
        "denials": str(live.denials(view.denials(facts), facts.activity)),
    }


def instance(facts: Facts, id_: str, now: datetime) -> Fragments:
    """Of the page of one instance, which must be in the stack."""
    live: Any = TEMPLATES.get_template("live.html").module
    (row,) = [row for row in view.rows(facts) if row.instance.id == id_]
    # Of an instance whose record it cannot read, the gate says nothing.
    told = facts.activity if facts.activity and id_ in facts.activity.tokens else None
    return {
        "summary": str(live.part(row.worst)),
        "picture": str(live.picture(row)),
        "parts": str(live.parts(row.parts)),
        "tokens": str(live.tokens(view.tokens(facts, id_), told, now)),
        "denials": str(live.denials(view.denials(facts, id_), facts.activity)),
    }


def _certificate(facts: Facts, now: datetime) -> view.Part | None:
    return view.certificate(facts.certificate, now) if facts.certificate else None
