"""The tokens of the registry and what happened of late, as JSON for whoever shows it to people."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from authgate.activity import Activity, Denial, Refused
from authgate.audit import Findings
from authgate.hosts import PORTAL, InstanceHost, Kind
from authgate.model import Grant, Record, Token

_KINDS = {Grant.MCP: Kind.MCP, Grant.VIEW: Kind.VNC, Grant.WATCH: Kind.VNC}


def report(findings: Findings, activity: Activity) -> dict[str, Any]:
    """Names, times (ISO 8601) and counts; no token and no digest. See the README for its shape."""
    return {
        "since": activity.since.isoformat(),
        "problems": list(findings.problems),
        "tokens": {record.id: list(_tokens(record, activity)) for record in findings.records},
        "denials": [_denial(*item) for item in activity.denials()],
    }


def _tokens(record: Record, activity: Activity) -> Iterable[dict[str, str | None]]:
    for token in record.tokens:
        used = activity.last_use(_host(record, token).label, token.name)
        expires = token.expires and datetime.fromtimestamp(token.expires, UTC)
        yield {
            "name": token.name,
            "grant": token.grant,
            "expires": expires.isoformat() if expires else None,
            "lastUsed": used.isoformat() if used else None,
        }


def _host(record: Record, token: Token) -> InstanceHost:
    """The host that a token opens."""
    kind = _KINDS.get(token.grant)
    return InstanceHost(kind, record.id) if kind else PORTAL


def _denial(refused: Refused, denial: Denial) -> dict[str, Any]:
    return {**refused._asdict(), "count": denial.count, "last": denial.last.isoformat()}
