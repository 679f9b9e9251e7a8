"""A stack that has something of everything to show."""

from typing import Any

from tests.authgate.harness import document, portal_record, record, token
from tests.portal.engine import container
from tests.portal.stage import CONFIG, Stage, all_well

INSTANCES: dict[str, Any] = {
    "checkout": {"type": "browser"},
    "docs": {"type": "browser"},
    "research": {"type": "browser"},
    "staging": {"type": "browser", "state": "stopped"},
}
ALICE, CI, WRONG = "token-of-alice-0123456789", "token-of-ci-0123456789", "wrong"
BROKEN = '{"failing": {"chromium": "no answer within 5 s", "vnc": "refused"}}'


def show(portal: Stage) -> None:
    """Brings the stage there."""
    portal.write(CONFIG | {"instances": INSTANCES})
    tokens = [
        token("alice", ALICE),
        token("ci", CI, expires="2099-06-30"),
        token("view", "token-of-view-0123456789", "view"),
        token("watch", "token-of-watch-0123456789", "watch"),
    ]
    records = [record(id_, tokens=tokens) for id_ in INSTANCES]
    assert portal.gate.run("sync", document(*records, portal_record())).returncode == 0
    assert portal.gate.check(ALICE, "docs") == 204
    for instance, times in (("docs", 3), ("invented", 1)):
        for _ in range(times):
            assert portal.gate.check(WRONG, instance) == 401
    portal.engine.containers = [
        *all_well()[1:],
        container("mcpier-dev-mcp-docs", status="Up 3 days (healthy)"),
        container("mcpier-dev-mcp-checkout", status="Up 5 hours (unhealthy)", output=BROKEN),
        container("mcpier-dev-mcp-research", status="Up 4 seconds (health: starting)"),
    ]
