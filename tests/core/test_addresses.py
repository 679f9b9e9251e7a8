"""The platform's own addresses: those of two networks, which never want each other's."""

from ipaddress import IPv4Address, IPv4Network

import pytest

from components.core import addresses
from components.core.model import Edge

CONTROL = (
    addresses.host_address,
    addresses.operations_address,
    addresses.portal_address,
    addresses.prometheus_address,
    addresses.exporter_address,
)


def edge(subnet: str) -> Edge:
    network = IPv4Network(subnet)
    return Edge(http_port=80, https_port=443, admin_port=9443, control_subnet=network)


@pytest.mark.parametrize("subnet", ["10.9.0.0/28", "10.9.0.0/16"])
def test_all_have_places_of_their_own_in_the_smallest_range_and_the_same_in_the_largest(
    subnet: str,
) -> None:
    where = edge(subnet)
    gate, control = addresses.gate_network(where), addresses.control_network(where)
    assert (str(gate), str(control)) == ("10.9.0.0/29", "10.9.0.8/29")
    assert addresses.gate_address(where) == "10.9.0.2"
    found = {IPv4Address(each(where)) for each in CONTROL}
    assert len(found) == len(CONTROL)
    assert found < set(control.hosts())
