"""The one way in which tests wait for what others do."""

import time
from collections.abc import Callable

POLL_SECONDS = 0.05


def until(true: Callable[[], object], seconds: float, otherwise: str) -> float:
    """Waits until something is true and returns the seconds that it took.

    Where it takes longer than `seconds`, fails saying `otherwise`: what has not come true.
    """
    began = time.monotonic()
    while not true():
        waited = time.monotonic() - began
        assert waited < seconds, f"after {waited:.1f} s: {otherwise}"
        time.sleep(POLL_SECONDS)
    return time.monotonic() - began
