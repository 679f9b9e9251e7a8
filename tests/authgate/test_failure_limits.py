"""The limits on failures: who shares a bucket, and how large the table grows."""

import pytest

from authgate.limits import FAILURES, FailureLimits, network


def failures_until_throttled(limits: FailureLimits, address: str, label: str) -> int:
    for count in range(FAILURES + 2):
        if limits.failed(address, label, 1000.0):
            return count
    return -1


def test_addresses_and_instances_are_limited_apart() -> None:
    limits = FailureLimits()
    assert failures_until_throttled(limits, "198.51.100.1", "mcp-a") == FAILURES
    assert failures_until_throttled(limits, "198.51.100.2", "mcp-a") == FAILURES
    assert failures_until_throttled(limits, "198.51.100.1", "mcp-b") == FAILURES


@pytest.mark.parametrize(
    ("address", "bucket"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("2001:db8:0:1:2:3:4:5", "2001:db8:0:1::"),
        ("2001:db8:0:1::9", "2001:db8:0:1::"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
    ],
)
def test_ipv6_is_limited_by_its_64_bit_network(address: str, bucket: str) -> None:
    assert network(address) == bucket


def test_addresses_of_one_ipv6_network_share_their_failures() -> None:
    limits = FailureLimits()
    assert failures_until_throttled(limits, "2001:db8:0:1::1", "mcp-a") == FAILURES
    assert limits.failed("2001:db8:0:1::2", "mcp-a", 1000.0) > 0
    assert limits.failed("2001:db8:0:2::1", "mcp-a", 1000.0) == 0


def test_a_throttled_client_waits_no_longer_for_trying_again() -> None:
    limits = FailureLimits()
    assert failures_until_throttled(limits, "198.51.100.1", "mcp-a") == FAILURES
    waits = {limits.failed("198.51.100.1", "mcp-a", 1000.0) for _ in range(100)}
    assert waits == {3}
    assert limits.failed("198.51.100.1", "mcp-a", 1003.0) == 0


def test_a_flood_of_addresses_leaves_the_table_bounded_and_forgets_the_oldest() -> None:
    limits = FailureLimits(table_size=100)
    for number in range(1000):
        limits.failed(f"10.0.{number // 256}.{number % 256}", "mcp-a", 1000.0)
    assert len(limits) == 100
    assert failures_until_throttled(limits, "198.51.100.1", "mcp-a") == FAILURES
    # The first of all starts anew, though it was one failure further.
    assert failures_until_throttled(limits, "10.0.0.0", "mcp-a") == FAILURES
    assert len(limits) == 100
