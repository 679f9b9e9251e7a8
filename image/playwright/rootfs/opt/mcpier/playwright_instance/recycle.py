"""Starts Chromium anew before it can grow for days; its profile is written and stays."""

from playwright_instance.devtools import close_browser
from playwright_instance.programs import find_program
from playwright_instance.usage import Usage, in_use, read_usage

LOOK_SECONDS = 60.0
# As long as this after the last connection of a client or a viewer, nobody is taken to come back
# to an open page.
IDLE_SECONDS = 30 * 60.0
OLD_SECONDS = 12 * 3600.0
LARGE_MIB = 400
# Even in use.
OLDEST_SECONDS = 72 * 3600.0


# Where clients and viewers arrive.
PORTS = (8080, 6080)


class Recycler:
    """Knows since when nobody has used the instance, and how often Chromium was started anew."""

    def __init__(self, now: float) -> None:
        self.used = now
        self.looked = now
        self.count = 0

    def look(self, now: float) -> str | None:
        """Once a minute, end Chromium if it is due, for supervisord to start; return why it was."""
        if in_use(PORTS):
            self.used = now
        if now - self.looked < LOOK_SECONDS:
            return None
        self.looked = now
        leader = find_program("chromium")
        usage = read_usage(leader) if leader else None
        reason = reason_to_recycle(usage, now - self.used) if usage else None
        if reason is None or not close_browser():
            return None
        self.count += 1
        return reason


def reason_to_recycle(usage: Usage, idle: float) -> str | None:
    """Why Chromium is to be started anew after `idle` seconds without use, or None."""
    hours = f"{usage.age / 3600:.0f} h old"
    if usage.age >= OLDEST_SECONDS:
        return hours
    if idle < IDLE_SECONDS:
        return None
    if usage.age >= OLD_SECONDS:
        return f"{hours}, and nobody has used it for {idle / 60:.0f} min"
    if usage.memory >= LARGE_MIB:
        return f"{usage.memory} MiB large, and nobody has used it for {idle / 60:.0f} min"
    return None
