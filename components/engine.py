"""What the Docker engine can do that is deployed to, where that differs by version or settings."""

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
    said = _told("version", "{{.Server.APIVersion}}")
    found = re.fullmatch(r"(\d+)\.(\d+)\n", said)
    return found is not None and (int(found[1]), int(found[2])) >= START_INTERVAL_SINCE


def may_choose(subnet: IPv4Network) -> bool:
    """Whether the engine might give a network addresses of this one by itself."""
    return any(pool.overlaps(subnet) for pool in configured_pools() or BUILT_IN_POOLS)


@cache
def configured_pools() -> list[IPv4Network]:
    """The engine's `default-address-pools` of IPv4; none where it has none, or does not answer."""
    told = json.loads(_told("info", "{{json .DefaultAddressPools}}").strip() or "null")
    pools = [ip_network(pool["Base"]) for pool in told or ()]
    return [pool for pool in pools if isinstance(pool, IPv4Network)]


def _told(what: str, form: str) -> str:
    """What the engine tells of itself; nothing, where it does not answer."""
    asked = ["docker", what, "--format", form]
    try:
        done = subprocess.run(
            asked, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
