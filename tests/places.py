"""Where each stack of the tests stands on the host: its ports, and its networks.

No two meet, and no user would choose such a name: by it the runner removes what a run that was
broken off has left, and what the engine has started again with itself.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

STACKS = (
    "e2e",
    "e2e-attack",
    "e2e-attack-exposed",
    "e2e-bench",
    "e2e-bench-density",
    "e2e-bench-edge",
    "e2e-cli",
    "e2e-cli-compose",
    "e2e-cli-many",
    "e2e-dev",
    "e2e-edge",
    "e2e-elsewhere",
    "e2e-example",
    "e2e-gate",
    "e2e-judged",
    "e2e-killed",
    "e2e-light",
    "e2e-mistaken",
    "e2e-tls",
    "e2e-types",
    # The rivals of `make bench-platform`, which have a name only.
    "e2e-bench-floor",
    "e2e-bench-compose",
)
# Below the ports that Linux gives to outgoing connections (32768 and up).
FIRST_PORT, PORTS_EACH = 20000, 10


@dataclass(frozen=True, kw_only=True)
class Place:
    """A stack's ports; and `controlSubnet`, with the addresses that the platform's parts have."""

    http_port: int
    https_port: int
    admin_port: int
    subnet: IPv4Network

    @property
    def gate(self) -> str:
        """authgate's address, where Traefik asks it."""
        return str(self.subnet[2])

    @property
    def host(self) -> str:
        """The Docker host's, where the portal and Prometheus ask Traefik."""
        return str(self.subnet[9])

    @property
    def operations(self) -> str:
        """authgate's, where they ask it."""
        return str(self.subnet[10])

    @property
    def portal(self) -> str:
        """The portal's."""
        return str(self.subnet[11])

    @property
    def prometheus(self) -> str:
        """The one of Prometheus."""
        return str(self.subnet[12])

    @property
    def exporter(self) -> str:
        """The exporter's."""
        return str(self.subnet[13])

    @property
    def edge(self) -> dict[str, object]:
        """`mcpier:edge` of the stack's file."""
        return {
            "httpPort": self.http_port,
            "httpsPort": self.https_port,
            "adminPort": self.admin_port,
            "controlSubnet": str(self.subnet),
        }


def place(stack: str) -> Place:
    """The place of one of `STACKS`."""
    number = STACKS.index(stack)
    port = FIRST_PORT + PORTS_EACH * number
    first = IPv4Address("10.77.100.0") + 256 * number
    return Place(
        http_port=port,
        https_port=port + 1,
        admin_port=port + 2,
        subnet=IPv4Network(f"{first}/28"),
    )
