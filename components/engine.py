"""What the Docker engine that is deployed to can do, and has, where a declaration depends on it."""

import json
import re
import subprocess
from functools import cache
from ipaddress import IPv4Network, ip_network

# Engine 25. The provider refuses the setting for an older one.
START_INTERVAL_SINCE = (1, 44)
# Of these an engine chooses ranges of networks, unless its `default-address-pools` say otherwise.
BUILT_IN_POOLS = [IPv4Network("172.16.0.0/12"), IPv4Network("192.168.0.0/16")]
PATIENCE_SECONDS = 20


@cache
def knows_start_interval() -> bool:
    """Whether health checks can be more frequent until the first success.

    False where no engine answers: it is the first resource that says so.
    """
    said = _told("version", form="{{.Server.APIVersion}}")
    found = re.fullmatch(r"(\d+)\.(\d+)\n", said)
    return found is not None and (int(found[1]), int(found[2])) >= START_INTERVAL_SINCE


def may_choose(subnet: IPv4Network) -> bool:
    """Whether the engine might give a network addresses of this one by itself."""
    return any(pool.overlaps(subnet) for pool in configured_pools() or BUILT_IN_POOLS)


@cache
def configured_pools() -> list[IPv4Network]:
    """The engine's `default-address-pools` of IPv4; none where it has none, or does not answer."""
    told = json.loads(_told("info", form="{{json .DefaultAddressPools}}").strip() or "null")
    pools = [ip_network(pool["Base"]) for pool in told or ()]
    return [pool for pool in pools if isinstance(pool, IPv4Network)]


def has_in_use(network: str, subnet: IPv4Network) -> bool:
    """Whether a network of the engine, if it is there, has addresses of this range."""
    told = _told("network", "inspect", network, form="{{range .IPAM.Config}}{{.Subnet}} {{end}}")
    return any(IPv4Network(has).overlaps(subnet) for has in told.split() if ":" not in has)


def _told(*what: str, form: str) -> str:
    """What the engine tells; nothing, where it does not answer, or has no such thing."""
    asked = ["docker", *what, "--format", form]
    try:
        done = subprocess.run(
            asked, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
