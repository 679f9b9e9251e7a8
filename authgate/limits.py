"""How many wrong tokens an address may try on an instance."""

import ipaddress
import math
from collections import OrderedDict
from functools import lru_cache

FAILURES = 20
PER_SECONDS = 60.0
TABLE_SIZE = 20_000

_INTERVAL = PER_SECONDS / FAILURES
_UNREADABLE = "unreadable"


class FailureLimits:
    """Counts failures by network and host label in a table of bounded size.

    Each key holds one number (the generic cell rate algorithm): when it will be clear again.
    The limits are the same for every host: a limit of its own would tell that it exists.
    """

    def __init__(self, table_size: int = TABLE_SIZE) -> None:
        self._table_size = table_size
        self._clear_at: OrderedDict[tuple[str, str], float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._clear_at)

    def failed(self, address: str, label: str, now: float) -> int:
        """Counts one failure at `now` (seconds); the whole seconds to wait, 0 if within limits."""
        key = (network(address), label)
        clear_at = max(self._clear_at.get(key, now), now) + _INTERVAL
        if clear_at - now > PER_SECONDS:
            return math.ceil(clear_at - now - PER_SECONDS)
        self._clear_at[key] = clear_at
        self._clear_at.move_to_end(key)
        if len(self._clear_at) > self._table_size:
            self._clear_at.popitem(last=False)
        return 0


@lru_cache(maxsize=4096)
def network(address: str) -> str:
    """The address itself for IPv4, its /64 for IPv6."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return _UNREADABLE
    if ip.version == 4:
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.IPv6Network((ip, 64), strict=False).network_address)
