"""What an attack is, and what it means to repel one."""

from typing import NamedTuple

from tests.attack.edge import Edge
from tests.attack.stack import DOMAIN
from tests.attack.wire import Answer

OWN_NAME = f"mcp-echo.{DOMAIN}"


class Attack(NamedTuple):
    """Bytes for the edge, and the status with which it refuses them."""

    raw: bytes
    status: int
    sni: str | None = OWN_NAME


def assert_repelled(edge: Edge, attack: Attack) -> Answer:
    """Sends it: it is refused as it should be, and no backend has heard anything."""
    before = edge.heard()
    answer = edge.send(attack.raw, attack.sni)
    assert answer.status == attack.status, answer
    assert edge.heard() == before
    return answer
