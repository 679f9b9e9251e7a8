"""Where the platform's own parts are found: two networks, of `controlSubnet`'s first addresses.

authgate is alone with Traefik on the first. Where the gate is gone, that network's bridge has
nobody left on it, by which the host's kernel finds out in three seconds that nobody answers
there. On one that others hold up it goes on sending to the gate's last place for up to a minute
(docs/decisions/0035).
"""

from ipaddress import IPv4Network

from components.core.model import Edge

# Room for the gateway and five parts.
PREFIX = 29


def gate_network(edge: Edge) -> IPv4Network:
    """The one on which Traefik asks authgate."""
    return _networks(edge)[0]


def control_network(edge: Edge) -> IPv4Network:
    """The one on which the portal and Prometheus meet authgate, and Traefik."""
    return _networks(edge)[1]


def gate_address(edge: Edge) -> str:
    """authgate's own, where Traefik asks it: the first behind the bridge's gateway."""
    return str(gate_network(edge)[2])


def host_address(edge: Edge) -> str:
    """The Docker host's, and so Traefik's, on the control network: the bridge's gateway."""
    return str(control_network(edge)[1])


def operations_address(edge: Edge) -> str:
    """authgate's on the control network."""
    return str(control_network(edge)[2])


def portal_address(edge: Edge) -> str:
    """The portal's."""
    return str(control_network(edge)[3])


def prometheus_address(edge: Edge) -> str:
    """The one of Prometheus."""
    return str(control_network(edge)[4])


def exporter_address(edge: Edge) -> str:
    """The exporter's."""
    return str(control_network(edge)[5])


def _networks(edge: Edge) -> tuple[IPv4Network, IPv4Network]:
    """Of one size, however large the whole is: none may ever need what the other still has."""
    subnets = edge.control_subnet.subnets(new_prefix=PREFIX)
    return next(subnets), next(subnets)
